// GRANULES VARIANT STEPS: the least that ingesting so many granules costs. Each comes over FTP on loopback, is inflated, its
// CRC checked, converted and compressed; the compressed chunks are on the disk in the end. Nothing is planned or recorded.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import { threeHourly, trmmPath } from "../../support/trmmProvider.ts";
import { first } from "../granuleFiles.ts";
import { tell, timed } from "../measured.ts";
import { withServing } from "../serving.ts";
import { compressing } from "./compress.ts";
import { fetching } from "./fetch.ts";
import { fieldsOf } from "./fields.ts";
import { inflated } from "./inflate.ts";

const chunkLength = 40;
const chunksAtOnce = 2;
const connections = 8;
const inflatedAtOnce = 2;

const [directory = "", variant = "", steps = "0"] = process.argv.slice(2);
const paths = threeHourly(first, Number(steps)).map(trmmPath);
const fields = fieldsOf[variant as keyof typeof fieldsOf];
const written = await mkdtemp(join(tmpdir(), "accrete-floor-"));
const chunks = Array.from({ length: paths.length / chunkLength }, (_, chunk) => chunk);
const seconds = await withServing({ first, steps: Number(steps), granules: directory }, (url) =>
  timed(() => pMap(chunks, (chunk) => makeChunk(chunk, url), { concurrency: chunksAtOnce })),
);
await rm(written, { recursive: true });
tell({ seconds });

async function makeChunk(chunk: number, url: string): Promise<void> {
  const objects = fields.map(({ name, stepBytes, convert }) => ({
    convert,
    compressed: compressing(chunkLength * stepBytes, join(written, `${name}.${chunk}`)),
    // While one slice is compressed, the next is filled.
    slices: [Buffer.alloc(stepBytes), Buffer.alloc(stepBytes)] as [Buffer, Buffer],
    writing: Promise.resolve(),
  }));
  const own = paths.slice(chunk * chunkLength, (chunk + 1) * chunkLength);
  for await (const raw of inflated(fetching(url, own, connections / chunksAtOnce), inflatedAtOnce)) {
    for (const object of objects) {
      object.convert(raw, object.slices[0]);
      await object.writing;
      object.writing = object.compressed.write(object.slices[0]);
      object.slices.reverse();
    }
  }
  await Promise.all(objects.map(({ compressed }) => compressed.end()));
}
