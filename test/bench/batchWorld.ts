import { setTimeout as pause } from "node:timers/promises";
import type { LocalWiring } from "../../functions/runtime/wiring.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { defaultLimits } from "../../shared/pipeline/wiring.ts";
import { repeat } from "../../shared/repeating.ts";
import type { PortCall } from "../support/memoryWiring.ts";
import { tinyWorld } from "../support/tinyWorld.ts";

export const workersMax = 32;
const chunkLength = 4;
type Port = PortCall["port"];
const latencyMs: Readonly<Record<Port, number>> = { store: 20, ledger: 10, source: 50, queue: 0 };

/**
 * A provider that has published `batches` chunks of next to nothing, and a wiring on memory where each call takes as long as
 * over a network: what can be saved is calls, and waiting for each other.
 */
export function batchWorld(
  batches: number,
  heard: { readonly call?: (call: PortCall) => void; readonly event?: (event: PipelineEvent) => void },
): { readonly steps: number; readonly wiring: LocalWiring } {
  const steps = batches * chunkLength;
  const world = tinyWorld({ chunkLength, end: steps - 1, batchesMax: workersMax });
  world.publishAll(0, steps - 1);
  world.at(steps);
  const wiring = world.wiring({
    limits: { ...defaultLimits, planBatchesMax: batches, planDirectoriesMax: batches },
    async around(call, perform) {
      heard.call?.(call);
      await pause(latencyMs[call.port]);
      return perform();
    },
  });
  return {
    steps,
    wiring: {
      ...wiring,
      now: Date.now,
      wait: (ms, signal) => pause(ms, undefined, { signal }),
      repeat,
      report: (event) => heard.event?.(event),
    },
  };
}
