// BATCHES: what that many batches would take if 32 workers never waited for each other, nor for anything else: the time
// of one alone, till it is recorded, its share.
import { extend } from "../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../shared/pipeline/plan/plan.ts";
import { batchWorld, workersMax } from "../batchWorld.ts";
import { median, tell } from "../measured.ts";

const alone = 20;

const [batches = "0"] = process.argv.slice(2);
const { signal } = new AbortController();
let recordedAt = 0;
const { wiring } = batchWorld(alone, {
  event({ event }) {
    if (event === "batch") recordedAt = performance.now();
  },
});
const taking: number[] = [];
await plan(wiring, { force: false }, signal);
await wiring.queue.run(
  {
    async extend(message) {
      const began = performance.now();
      await extend(wiring, message, signal);
      taking.push((recordedAt - began) / 1000);
    },
  },
  1,
  signal,
);
tell({ seconds: (median(taking) * Number(batches)) / workersMax });
