// What the machine needs at least: inflating the same granules and compressing the same chunks on all cores, nothing else.

import { promisify } from "node:util";
import { constants, gunzip, zstdCompress } from "node:zlib";
import pMap from "p-map";
import { valuesPerStep } from "../../shared/dataset/dataset.ts";
import { decodeField, readLayout } from "../../shared/decode/flatBinary.ts";
import { bytesOf, chunkValues, filledValues } from "../../shared/zarr/chunkGrid.ts";
import { granule3b42rt } from "../support/granules.ts";
import { threeHourly } from "../support/trmmProvider.ts";
import { variants } from "./variants.ts";

const inflate = promisify(gunzip) as (bytes: Uint8Array, options: object) => Promise<Uint8Array>;
const compress = promisify(zstdCompress) as typeof inflate;

/** Seconds for `steps` granules of a variant. Both halves run on the thread pool, four at once. */
const [variant = "", first = "", steps = "0"] = process.argv.slice(2);
const dataset = variants[variant as keyof typeof variants];
const { chunkLength } = dataset.time;
const times = threeHourly(first, Number(steps));
const granules = times.map((time) => granule3b42rt({ time, seed: 1 }).gz);

// Chunk by chunk, so that no more of them are held than a run would; only inflating and compressing are counted.
let seconds = 0;
for (let from = 0; from < granules.length; from += chunkLength) {
  let began = performance.now();
  const raws = await pMap(
    granules.slice(from, from + chunkLength),
    (gz) => inflate(gz, { chunkSize: 4_841_344 }),
    { concurrency: 4 },
  );
  seconds += (performance.now() - began) / 1000;
  const chunks = dataset.arrays.map((array) => {
    const values = filledValues(array.dtype, chunkValues(dataset), array.fillValue);
    const length = valuesPerStep(dataset);
    raws.forEach((raw, i) => {
      const layout = readLayout(dataset, raw, raw.length, times[from + i] as number);
      decodeField(dataset, layout, raw, 0, array, values.subarray(i * length, (i + 1) * length));
    });
    return bytesOf(values);
  });
  began = performance.now();
  const level = { [constants.ZSTD_c_compressionLevel]: 3 };
  await pMap(chunks, (bytes) => compress(bytes, { params: level, pledgedSrcSize: bytes.length }), {
    concurrency: 4,
  });
  seconds += (performance.now() - began) / 1000;
}
process.stdout.write(JSON.stringify({ seconds }));
