// GRANULES STATE append|revise: the least that replacing one timestep in the objects of a chunk costs.
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createZstdDecompress } from "node:zlib";
import pMap from "p-map";
import { readGranules, readRevised, revisedStep, tailSteps } from "../granuleFiles.ts";
import { tell, timed } from "../measured.ts";
import { compressing } from "./compress.ts";
import { publish } from "./durable.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { inflated } from "./inflate.ts";

const chunkLength = 40;
const pieceBytes = 1024 * 1024;

const [granules = "", state = "", change = ""] = process.argv.slice(2);
const step = change === "append" ? tailSteps : revisedStep;
const gz =
  change === "append" ? (await readGranules(granules, step + 1)).at(-1) : await readRevised(granules);
const chunk = Math.floor(step / chunkLength);
const directory = await mkdtemp(join(tmpdir(), "accrete-floor-"));
const fields = fieldsOf.packed.map((field) => ({ ...field, slice: Buffer.alloc(field.stepBytes) }));
for (const { name } of fields) {
  const [group = ""] = (await readdir(state)).filter((entry) => entry.endsWith(".zarr"));
  await cp(join(state, group, name, `${chunk}.0.0`), join(directory, name));
}
const seconds = await timed(async () => {
  for await (const raw of inflated([gz as Buffer], 1)) {
    for (const { convert, slice } of fields) convert(raw, slice);
  }
  await pMap(fields, replaceStep, { concurrency: availableParallelism() }); // as in `encode.ts`
});
await rm(directory, { recursive: true });
tell({ seconds });

async function replaceStep({ name, stepBytes, slice }: Field & { readonly slice: Buffer }): Promise<void> {
  const path = join(directory, name);
  const made = `${path}.new`;
  const compressed = compressing(chunkLength * stepBytes, made);
  const from = (step % chunkLength) * stepBytes;
  let at = 0;
  const pieces = createZstdDecompress({ chunkSize: pieceBytes });
  pieces.end(await readFile(path));
  for await (const piece of pieces as AsyncIterable<Buffer<ArrayBuffer>>) {
    // Of the slice, what falls into this piece.
    if (at < from + stepBytes && at + piece.length > from) {
      slice.copy(piece, Math.max(0, from - at), Math.max(0, at - from));
    }
    await compressed.write(piece);
    at += piece.length;
    if (piece.length === pieceBytes) piece.buffer.transfer(0); // as in `inflated`
  }
  await compressed.end();
  await publish(made, path);
}
