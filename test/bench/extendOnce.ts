// Extends one variant of 3B42RT from nothing, in a process of its own, and prints what it cost as JSON.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runUntilSettled } from "../../functions/localRun.ts";
import { readSettings } from "../../functions/settings.ts";
import { closing, localWiring } from "../../functions/wiring.ts";
import { timeAt } from "../../shared/dataset/timeAxis.ts";
import { variants } from "./variants.ts";

const [variant = "", url = "", first = "", steps = "0"] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), "accrete-bench-"));
const settings = readSettings({ store: directory, source: url, start: first }, {});
const began = performance.now();
await closing(
  localWiring("trmm-3b42rt", settings, () => undefined),
  async (wiring) => {
    const dataset = variants[variant as keyof typeof variants];
    const now = timeAt({ ...dataset.time, start: Date.parse(first) }, Number(steps) - 1);
    const { taken } = await runUntilSettled(
      { ...wiring, dataset, asOf: () => now },
      { force: false },
      new AbortController().signal,
    );
    if (taken !== Number(steps)) throw new Error(`${taken} timesteps taken in instead of ${steps}`);
  },
);
const seconds = (performance.now() - began) / 1000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
await rm(directory, { recursive: true });
process.stdout.write(
  JSON.stringify({ seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMb: maxRSS / 1024 }),
);
