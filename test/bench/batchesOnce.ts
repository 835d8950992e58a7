// BATCHES: that many batches of next to nothing, planned already, by 32 workers, on memory where each call takes its time.
import assert from "node:assert/strict";
import { extend } from "../../shared/pipeline/extend/extend.ts";
import { plan } from "../../shared/pipeline/plan/plan.ts";
import type { PortCall } from "../support/memoryWiring.ts";
import { batchWorld, workersMax } from "./batchWorld.ts";
import { countsOf, keysOf } from "./counted.ts";
import { tell } from "./measured.ts";

const [batches = "0"] = process.argv.slice(2);
const { signal } = new AbortController();
const calls: PortCall[] = [];
let visibleAt = 0;
const { steps, wiring } = batchWorld(Number(batches), {
  call: (call) => calls.push(call),
  event(said) {
    if (said.event === "committed" && said.length === steps) visibleAt ||= performance.now();
  },
});
await plan(wiring, { force: false }, signal);
calls.length = 0;
const began = performance.now();
await wiring.queue.run(
  { extend: async (message) => void (await extend(wiring, message, signal)) },
  workersMax,
  signal,
);
assert.ok(visibleAt > began, "all is visible");
const isMetadata = (key: string) => key.endsWith(".zmetadata");
const metadata = keysOf(calls, "store", "put").filter(isMetadata).length;
tell({
  seconds: (visibleAt - began) / 1000,
  counts: { ".zmetadata puts": metadata, ...countsOf(calls) },
});
