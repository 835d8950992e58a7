// GRANULES VARIANT ROUNDS: inflates, checks and decodes the granules of one chunk so many times.

import { filledValues } from "../../shared/dataset/chunkGrid.ts";
import { valuesPerStep } from "../../shared/dataset/coordinates.ts";
import { inflateNode } from "../../shared/format/decompress/inflateNode.ts";
import { openGranule } from "../../shared/format/openGranule.ts";
import { threeHourly } from "../support/trmmProvider.ts";
import { first, readGranules } from "./granuleFiles.ts";
import { tell, timed } from "./measured.ts";
import { variants } from "./variants.ts";

const atOnce = 4;
const [directory = "", variant = "", rounds = "0"] = process.argv.slice(2);
const dataset = variants[variant as keyof typeof variants];
const { chunkLength } = dataset.time;
const granules = await readGranules(directory, chunkLength);
const times = threeHourly(first, chunkLength);

const seconds = await timed(() => Promise.all(Array.from({ length: atOnce }, (_, i) => decodeEvery(i))));
tell({ seconds });

async function decodeEvery(from: number): Promise<void> {
  const targets = dataset.arrays.map((array) => filledValues(array.dtype, valuesPerStep(dataset), 0));
  for (let i = from; i < Number(rounds) * chunkLength; i += atOnce) {
    const step = i % chunkLength;
    const bytes = granules[step] as Buffer;
    const granule = await openGranule(inflateNode, dataset, bytes, times[step] as number);
    for (const [field, array] of dataset.arrays.entries()) {
      granule.read(array, 0, targets[field] as (typeof targets)[number]);
    }
    granule.free();
  }
}
