// BATCHES: that many batches of next to nothing by 32 workers, on memory where each call takes its time.
import assert from "node:assert/strict";
import { runUntilSettled } from "../../functions/localRun.ts";
import type { PortCall } from "../support/memoryWiring.ts";
import { batchWorld } from "./batchWorld.ts";
import { countsOf, keysOf } from "./counted.ts";
import { tell } from "./measured.ts";

/** As in the cloud. */
const commitEveryMs = 2000;

const [batches = "0"] = process.argv.slice(2);
const calls: PortCall[] = [];
let visibleAt = 0;
const { steps, wiring } = batchWorld(
  Number(batches),
  { commitEveryMs },
  {
    call: (call) => calls.push(call),
    event(said) {
      if (said.event === "committed" && said.length === steps) visibleAt ||= performance.now();
    },
  },
);
const began = performance.now();
const { taken } = await runUntilSettled(wiring, { force: false }, new AbortController().signal);
assert.equal(taken, steps, "timesteps taken in");
const isMetadata = (key: string) => key.endsWith(".zmetadata");
const metadata = keysOf(calls, "store", "put").filter(isMetadata).length;
tell({
  seconds: (visibleAt - began) / 1000,
  counts: { ".zmetadata puts": metadata, ...countsOf(calls) },
});
