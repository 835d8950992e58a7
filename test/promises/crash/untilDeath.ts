import assert from "node:assert/strict";
import type { Around, PortCall } from "../../support/memoryWiring.ts";

/** Where a process dies: before its call of that number, or right after it. */
export interface Death {
  readonly call: number;
  readonly when: "before" | "after";
}

/** Runs within `around` until the process dies; the calls that it made if it does not. */
export async function untilDeath(
  death: Death,
  run: (around: Around) => Promise<unknown>,
): Promise<PortCall[] | "dead"> {
  const calls: PortCall[] = [];
  let isDead = false;
  const live = () => {
    if (isDead) throw new Error("killed");
  };
  const around: Around = async (call, perform) => {
    live();
    const number = calls.push(call) - 1;
    isDead = number === death.call && death.when === "before";
    live();
    const result = await perform();
    isDead ||= number === death.call;
    live();
    return result;
  };
  try {
    await run(around);
    return calls;
  } catch (error) {
    assert.ok(isDead, error as Error);
    return "dead";
  }
}
