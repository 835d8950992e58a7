// GRANULES VARIANT: the least that compressing the arrays of one chunk that lie in memory costs.
import { availableParallelism } from "node:os";
import pMap from "p-map";
import { tell, timed } from "../measured.ts";
import { chunkValues } from "./chunkValues.ts";
import { compressing } from "./compress.ts";

const chunkLength = 40;

const [directory = "", variant = ""] = process.argv.slice(2);
const chunk = await chunkValues(directory, variant, chunkLength);
// More at once than there are cores would only push each other out of the caches.
const concurrency = availableParallelism();
const seconds = await timed(() => pMap(chunk.values(), compress, { concurrency }));
tell({ seconds });

async function compress(values: Buffer): Promise<void> {
  const compressed = compressing(values.length);
  await compressed.write(values);
  await compressed.end();
}
