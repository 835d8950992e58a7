// GRANULES VARIANT: compresses the arrays of one chunk that lie in memory.
import pMap from "p-map";
import { defaultLimits } from "../../shared/pipeline/wiring.ts";
import { defaultCodec, encode } from "../../shared/zarr/codec.ts";
import { chunkValues } from "./floors/chunkValues.ts";
import { tell, timed } from "./measured.ts";
import { variants } from "./variants.ts";

const [directory = "", variant = ""] = process.argv.slice(2);
const { chunkLength } = variants[variant as keyof typeof variants].time;
const chunk = await chunkValues(directory, variant, chunkLength);
const concurrency = defaultLimits.arraysInFlightMax;
const seconds = await timed(() =>
  pMap(chunk.values(), (values) => encode(defaultCodec, values), { concurrency }),
);
tell({ seconds });
