import { reasonOf, SourceError, StorageError } from "../../errors.ts";
import type { GranuleIdentity } from "../../ledger/records.ts";
import { extend } from "../../pipeline/extend/extend.ts";
import type { BatchStep } from "../../queue/queue.ts";
import type { ChunkCheck } from "../checks/chunkCheck.ts";
import type { Progress, RepairContext } from "./repairContext.ts";
import { removeDamaged } from "./underLease.ts";
import { resolveDoubt } from "./unproven.ts";

/** Takes granules in again. */
export function reingest(
  context: RepairContext,
  look: ChunkCheck,
  wanted: readonly (readonly [number, GranuleIdentity])[],
  signal: AbortSignal,
): Promise<Progress> {
  const steps = wanted.map(([offset, granule]) => ({ offset, granule }));
  for (const { offset } of steps) context.tried.add(offset);
  return ingestAgain(context, look, steps, "retake", signal);
}

/** Takes granules in by the pipeline's own `extend`, which also clears what a worker left that died. */
export async function ingestAgain(
  context: RepairContext,
  look: ChunkCheck,
  steps: readonly BatchStep[],
  mending: "retake" | "clear",
  signal: AbortSignal,
): Promise<Progress> {
  const { wiring, log } = context;
  const { chunk } = look;
  try {
    const { ingestions = 0 } = look.record;
    const message = { dataset: wiring.dataset.id, chunk, plannedAt: wiring.now(), ingestions, steps };
    const { outcome, taken, failed } = await extend(wiring, message, signal);
    const did = mending === "clear" ? "what a worker left" : `${taken} ingested, ${failed} failed`;
    if (outcome === "extended") log.did(mending, "objects", did, chunk);
    await resolveDoubt(context, look, signal);
    return "again";
  } catch (error) {
    signal.throwIfAborted();
    const isLeft = mending === "clear" ? error instanceof StorageError : isRefusal(error);
    if (!(error instanceof SourceError) && !isLeft) throw error;
    log.leave(mending, "objects", reasonOf(error, 600), chunk);
    await resolveDoubt(context, look, signal);
    return "done";
  }
}

/** What the pipeline will not give up; a person may. */
function isRefusal(error: unknown): boolean {
  return error instanceof StorageError && error.operation === "extend";
}

/** Has the pipeline make objects anew of which no granule is left that was not tried: it gives up what no array holds. */
export async function remake(
  context: RepairContext,
  look: ChunkCheck,
  states: readonly string[],
  signal: AbortSignal,
): Promise<Progress> {
  const { wiring, log } = context;
  const isHeld = states.some((state) => state === "proven" || state === "unproven");
  if (context.isRemade || (isHeld && !states.includes("gone"))) {
    const detail =
      "damaged, and its granules cannot be fetched again; nothing was given up. " +
      "Try again later, or delete the chunk's objects to give these timesteps up";
    log.leave("retake", "objects", detail, look.chunk);
    return "done";
  }
  if (!states.includes("gone")) {
    await removeDamaged(wiring, look.chunk, signal);
    return "again";
  }
  context.isRemade = true;
  return reingest(context, look, [], signal);
}
