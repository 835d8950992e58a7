// GRANULES VARIANT STEPS: the least that taking in so many granules costs. They lie in memory; each is inflated, its
// CRC checked, converted and compressed; the compressed chunks are on the disk in the end.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import { readGranules } from "../granuleFiles.ts";
import { tell, timed } from "../measured.ts";
import { compressing } from "./compress.ts";
import { fieldsOf } from "./fields.ts";
import { inflated } from "./inflate.ts";

const chunkLength = 40;
const chunksAtOnce = 2;
const inflatedAtOnce = 2;

const [directory = "", variant = "", steps = "0"] = process.argv.slice(2);
const granules = await readGranules(directory, Number(steps));
const fields = fieldsOf[variant as keyof typeof fieldsOf];
const written = await mkdtemp(join(tmpdir(), "accrete-floor-"));
const chunks = Array.from({ length: granules.length / chunkLength }, (_, chunk) => chunk);
const seconds = await timed(() => pMap(chunks, makeChunk, { concurrency: chunksAtOnce }));
await rm(written, { recursive: true });
tell({ seconds });

async function makeChunk(chunk: number): Promise<void> {
  const objects = fields.map(({ name, stepBytes, convert }) => ({
    convert,
    compressed: compressing(chunkLength * stepBytes, join(written, `${name}.${chunk}`)),
    // While one slice is compressed, the next is filled.
    slices: [Buffer.alloc(stepBytes), Buffer.alloc(stepBytes)] as [Buffer, Buffer],
    writing: Promise.resolve(),
  }));
  const own = granules.slice(chunk * chunkLength, (chunk + 1) * chunkLength);
  for await (const raw of inflated(own, inflatedAtOnce)) {
    for (const object of objects) {
      object.convert(raw, object.slices[0]);
      await object.writing;
      object.writing = object.compressed.write(object.slices[0]);
      object.slices.reverse();
    }
  }
  await Promise.all(objects.map(({ compressed }) => compressed.end()));
}
