import assert from "node:assert/strict";
import { memoryLimits } from "./memoryWiring.ts";
import type { RunRange, TinyWorld } from "./tinyWorld.ts";

/** A process that dies after it has put the objects of a chunk, before it records anything there; its leases run out. */
export async function dieAfterPuts(world: TinyWorld, chunk: number, range: RunRange = {}): Promise<void> {
  let puts = 0;
  const wiring = world.wiring({
    around: (call, perform) => {
      if (puts === 2) throw new Error("killed");
      if (call.operation === "put" && call.key.endsWith(`/${chunk}.0.0`)) puts++;
      return perform();
    },
  });
  await assert.rejects(world.run(range, wiring), /killed/);
  world.clock.now += memoryLimits.chunkLeaseMs;
}
