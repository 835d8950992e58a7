// GRANULES VARIANT ROUNDS: inflates, checks and decodes the granules of one chunk so many times.

import { filledValues } from "../../shared/dataset/chunkGrid.ts";
import { valuesPerStep } from "../../shared/dataset/dataset.ts";
import { freeBuffer } from "../../shared/format/decompress/freeBuffer.ts";
import { gunzip } from "../../shared/format/decompress/gunzip.ts";
import { inflateNode } from "../../shared/format/decompress/inflateNode.ts";
import { assertInRange, decodeField, readLayout } from "../../shared/format/flatBinary/flatBinary.ts";
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
const { rawBytesMax } = dataset.decoding;

const seconds = await timed(() => Promise.all(Array.from({ length: atOnce }, (_, i) => decodeEvery(i))));
tell({ seconds });

async function decodeEvery(from: number): Promise<void> {
  const targets = dataset.arrays.map((array) => filledValues(array.dtype, valuesPerStep(dataset), 0));
  for (let i = from; i < Number(rounds) * chunkLength; i += atOnce) {
    const step = i % chunkLength;
    const { raw, rawBytes } = await gunzip(inflateNode, granules[step] as Buffer, { rawBytesMax });
    const layout = readLayout(dataset, raw, rawBytes, times[step] as number);
    assertInRange(dataset, layout, raw, times[step] as number);
    for (const [field, array] of dataset.arrays.entries()) {
      decodeField(dataset, layout, raw, 0, array, targets[field] as (typeof targets)[number]);
    }
    freeBuffer(raw);
  }
}
