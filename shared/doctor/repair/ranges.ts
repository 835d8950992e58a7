import { type ChunkCheck, wrongSteps } from "../checks/chunkCheck.ts";
import { offsetsOf } from "../evidence/range.ts";
import type { Progress, RepairContext } from "./repairContext.ts";
import { clearGaps, recordCondemned } from "./underLease.ts";

/**
 * Records timesteps with a value outside its valid range as corrupt, and writes fill over them: they are ingested again after
 * that, and stay so where the provider has nothing better. Left as they are while it cannot be asked. `undefined` if there
 * is nothing to do about them.
 */
export async function condemn(
  { wiring, provider, condemned, log }: RepairContext,
  look: ChunkCheck,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const { chunk, objects } = look;
  const wrong = wrongSteps(look);
  if (wrong.size === 0) return undefined;
  if (!(await provider.granulesOf(chunk, offsetsOf(wiring, chunk, {}), signal))) {
    log.leave("retake", "provider", `it cannot be asked: ${provider.refusal}`, chunk);
    return undefined;
  }
  if (!(await recordCondemned(wiring, chunk, wrong, signal))) return undefined;
  for (const offset of wrong.keys()) condemned.add(offset);
  // Objects that are gone or damaged are made anew without them.
  const isWhole = [...objects.values()].every(({ state }) => state === "proven" || state === "unproven");
  if (isWhole) await clearGaps(wiring, chunk, [...wrong.keys()], false, signal);
  log.did("clear", "objects", `${wrong.size} timesteps with values that cannot be`, chunk);
  return "again";
}
