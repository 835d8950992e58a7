// GRANULES VARIANT STEPS [BYTES_PER_SECOND LATENCY_MS]: extends 3B42RT from nothing, over FTP on loopback.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { fixedAxis } from "../../shared/dataset/timeAxis.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { first } from "./granuleFiles.ts";
import { tell, timed } from "./measured.ts";
import { type Served, withServing } from "./serving.ts";
import { variants } from "./variants.ts";

const [granules = "", variant = "", count = "0", ...pace] = process.argv.slice(2);
const steps = Number(count);
const dataset = variants[variant as keyof typeof variants];
const now = fixedAxis({ ...dataset.time, start: Date.parse(first) }).at(steps - 1);
const directory = await mkdtemp(join(tmpdir(), "accrete-bench-"));
const [bytesPerSecond, latencyMs] = pace.map(Number);
const served: Served = {
  first,
  steps,
  granules,
  ...(bytesPerSecond !== undefined && latencyMs !== undefined && { bytesPerSecond, latencyMs }),
};
const seconds = await withServing(served, (url) => timed(() => extendFrom(url)));
await rm(directory, { recursive: true });
tell({ seconds });

async function extendFrom(url: string): Promise<void> {
  const settings = readSettings({ store: directory, source: url, start: first }, {});
  await disposal(
    localWiring(trmm3b42rt, settings, () => undefined),
    async (wiring) => {
      const { taken } = await runUntilCurrent(
        { ...onDescriptor(wiring, dataset), asOf: () => now },
        { force: false },
        new AbortController().signal,
      );
      if (taken !== steps) throw new Error(`${taken} timesteps ingested instead of ${steps}`);
    },
  );
}
