// GRANULES VARIANT: compresses the arrays of one chunk that lie in memory, timestep by timestep.
import { createArrayEncoder, retainNothing } from "../../shared/archive/arrayEncoder.ts";
import { bytesOf } from "../../shared/dataset/chunkGrid.ts";
import { chunkValues } from "./floors/chunkValues.ts";
import { tell, timed } from "./measured.ts";
import { variants } from "./variants.ts";

const [directory = "", variant = ""] = process.argv.slice(2);
const dataset = variants[variant as keyof typeof variants];
const { chunkLength } = dataset.time;
const chunk = [...(await chunkValues(directory, variant, chunkLength)).values()];
const builds = dataset.arrays.map((array) => createArrayEncoder(dataset, array, retainNothing));
const seconds = await timed(async () => {
  for (let offset = 0; offset < chunkLength; offset++) {
    const add = (encoder: (typeof builds)[number], i: number) =>
      encoder.add(offset, (values) => {
        const bytes = bytesOf(values);
        bytes.set((chunk[i] as Buffer).subarray(offset * bytes.length, (offset + 1) * bytes.length));
      });
    await Promise.all(builds.map(add));
  }
  await Promise.all(builds.map((encoder) => encoder.finish()));
});
tell({ seconds });
