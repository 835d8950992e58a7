import { hasGranules } from "../../archive/chunkObjects.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { indexInChunk } from "../../dataset/chunkGrid.ts";
import type { GranuleIdentity } from "../../ledger/records.ts";
import {
  type ChunkCheck,
  checkChunk,
  isShown,
  type ObjectCheck,
  valuesInGaps,
} from "../checks/chunkCheck.ts";
import { readStatuses } from "../checks/statuses.ts";
import { offsetsOf } from "../evidence/range.ts";
import { condemn } from "./ranges.ts";
import { ingestAgain, reingest, remake } from "./reingest.ts";
import type { Progress, RepairContext } from "./repairContext.ts";
import { adoptObjects, clearGaps, recordMissing, republish } from "./underLease.ts";
import { ingestedUntil, leaveUnproven, sayAdopted, unprovenArrays } from "./unproven.ts";

/** Things that are done to one chunk, one after the other. */
const doneMax = 8;

/**
 * Repairs one chunk: has cleared what a worker left that died; fills values that cannot be, and has their granules ingested
 * again; ingests its granules again where objects are gone, damaged or
 * unproven; adopts what cannot be fetched again, if a person says so, and leaves it else; writes fill where no granule's values
 * belong; has all of it told. After each thing that is done it looks again, at most a few times.
 */
export async function repairChunk(
  given: Pick<RepairContext, "wiring" | "evidence" | "provider" | "isLedgerLost" | "options" | "log">,
  chunk: number,
  signal: AbortSignal,
): Promise<void> {
  const nothingDone = { ingestions: undefined, tried: new Set<number>(), condemned: new Set<number>() };
  const context: RepairContext = { ...given, ...nothingDone, isRemade: false };
  const { wiring, evidence, log } = context;
  for (let done = 0; done < doneMax; done++) {
    const statuses = await readStatuses(wiring, evidence, signal);
    const look = await checkChunk(wiring, evidence, statuses, chunk, signal);
    if (look.isBusy) return log.leave("none", "ledger", "somebody works on it", chunk);
    if (look.recordState === "unreadable") return;
    context.ingestions ??= look.record.ingestions ?? 0;
    const progress =
      (await clearLeft(context, look, signal)) ??
      (await condemn(context, look, signal)) ??
      (await repairObjects(context, look, signal)) ??
      (await clear(context, look, signal));
    if (progress === "again") continue;
    if (look.provenance.state !== "right" && !look.record.uncommitted && hasProvenance(look))
      await republish(wiring, chunk, signal);
    return;
  }
}

function hasProvenance({ record, provenance }: ChunkCheck): boolean {
  return Object.keys(record.steps).length > 0 || provenance.state !== "gone";
}

/**
 * Has the pipeline fill what a worker put that died, and keep one that sleeps from putting it later. Unproven objects are
 * repaired first, which does it too: what is copied from them here would count as proven. Broken ones are left while
 * the provider cannot be asked: their granules would be ingested again, and given up.
 */
async function clearLeft(
  context: RepairContext,
  look: ChunkCheck,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const { wiring, provider, options } = context;
  if (!look.record.lease || (unprovenArrays(look).length > 0 && !options.adopt)) return undefined;
  const isAsked = hasBroken(statesOf(look));
  if (isAsked && !(await provider.granulesOf(look.chunk, offsetsOf(wiring, look.chunk, {}), signal)))
    return undefined;
  return ingestAgain(context, look, [], "clear", signal);
}

/** Of the objects that have to hold values. */
function statesOf({ record, objects }: ChunkCheck): ObjectCheck["state"][] {
  return hasGranules(record) ? [...objects.values()].map(({ state }) => state) : [];
}

function hasBroken(states: readonly ObjectCheck["state"][]): boolean {
  return states.includes("gone") || states.includes("damaged");
}

/** Sees to objects and unknown steps; `undefined` if there is nothing to do about them. */
async function repairObjects(
  context: RepairContext,
  look: ChunkCheck,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const { wiring, provider, options, tried, condemned, log } = context;
  const { chunk, unknown, record } = look;
  const states = statesOf(look);
  const isBroken = hasBroken(states);
  const isUnproven = states.includes("unproven") && !isBroken;
  const listed = await provider.granulesOf(chunk, offsetsOf(wiring, chunk, {}), signal);
  if (!listed) {
    if (isUnproven || isBroken || unknown.length > 0)
      log.leave("retake", "provider", `it cannot be asked: ${provider.refusal}`, chunk);
    return record.lease ? "done" : undefined;
  }
  const withdrawn = ingestedUntil(record).filter((offset) => !listed.has(offset));
  if (isUnproven && !options.adopt && withdrawn.length > 0) return leaveUnproven(context, look);
  const isDoubted = isBroken || (isUnproven && (!options.adopt || withdrawn.length > 0));
  const isWanted = (offset: number) => unknown.includes(offset) || condemned.has(offset);
  const wanted = wantedOf(look, listed, isDoubted, isWanted).filter(([at]) => !tried.has(at));
  if (wanted.length > 0) return reingest(context, look, wanted, signal);
  if (isBroken) return remake(context, look, states, signal);
  if (isUnproven && !options.adopt) return leaveUnproven(context, look);
  if (isUnproven) {
    if (await adoptObjects(wiring, chunk, signal)) sayAdopted(context, look);
    return "again";
  }
  return resolveUnknown(context, look, listed, signal);
}

/** The granules to ingest again: those that are wanted, and of all steps where the objects are in doubt. */
function wantedOf(
  { record }: ChunkCheck,
  listed: ReadonlyMap<number, GranuleIdentity>,
  isDoubted: boolean,
  isWanted: (offset: number) => boolean,
): [number, GranuleIdentity][] {
  return [...listed].filter(([offset]) => isWanted(offset) || (isDoubted && record.steps[offset]?.granule));
}

const gapFlags: readonly (number | undefined)[] = [statusFlags.missing, statusFlags.corrupt];

/**
 * What the provider does not have and no object holds is missing, as is what readers were told is a gap; what an object
 * holds is left to a person, unless it cannot be right.
 */
async function resolveUnknown(
  { wiring, log }: RepairContext,
  { chunk, unknown, objects, flags }: ChunkCheck,
  listed: ReadonlyMap<number, GranuleIdentity>,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  signal.throwIfAborted();
  const isDenied = (offset: number) => gapFlags.includes(flags[offset]);
  const held = [...objects.values()];
  const isWrong = (offset: number) => held.some(({ outside }) => outside.has(offset));
  const isHeld = (offset: number) =>
    !isDenied(offset) &&
    !isWrong(offset) &&
    held.some(({ state, valued }) => state === "damaged" || valued.has(offset));
  const absent = unknown.filter((offset) => !listed.has(offset));
  const kept = absent.filter(isHeld);
  if (kept.length > 0) {
    const detail = `${kept.length} timesteps have values, and neither a record nor a granule; restore the ledger, or delete the chunk's objects`;
    log.leave("none", "objects", detail, chunk);
  }
  const missing = absent.filter((offset) => !isHeld(offset));
  if (missing.length === 0) return undefined;
  if (await recordMissing(wiring, chunk, missing, signal))
    log.did("retake", "ledger", `${missing.length} timesteps are missing at the provider`, chunk);
  return "again";
}

/**
 * Writes fill where values stand and no granule does, and where a gap's object is gone or damaged; not where readers may have
 * been shown what nothing tells of.
 */
async function clear(
  { wiring, evidence, isLedgerLost, log }: RepairContext,
  look: ChunkCheck,
  signal: AbortSignal,
): Promise<Progress> {
  const { chunk, record, objects, unknown, lost } = look;
  const shown = Math.max(evidence.stated, evidence.ownLength);
  const isRetained = (offset: number) => {
    const index = indexInChunk(evidence.dataset, chunk, offset);
    return !record.steps[offset] && (isLedgerLost || (index >= evidence.length && index < shown));
  };
  const valued = valuesInGaps(look);
  const offsets = valued.filter((offset) => !isRetained(offset));
  const isFillAlone =
    !hasGranules(record) &&
    unknown.length === 0 &&
    lost.length === 0 &&
    !look.flags.some((_, at) => isRetained(at));
  if (offsets.length < valued.length) {
    const detail = `${valued.length - offsets.length} timesteps have values that nothing tells of; restore the ledger, or delete the chunk's objects`;
    log.leave("none", "objects", detail, chunk);
  }
  const isBroken = (state: ObjectCheck["state"]) =>
    state === "damaged" || (state === "gone" && isShown(evidence, chunk));
  const hasBroken = !hasGranules(record) && [...objects.values()].some(({ state }) => isBroken(state));
  const isRemade = isFillAlone && hasBroken;
  if (hasBroken && !isRemade)
    log.leave(
      "none",
      "objects",
      "gone or damaged where nothing told of their timesteps; repair again",
      chunk,
    );
  if (offsets.length === 0 && !isRemade) return "done";
  if (await clearGaps(wiring, chunk, offsets, isFillAlone, signal))
    log.did(
      "clear",
      "objects",
      isRemade ? "made anew of fill" : `${offsets.length} timesteps without a granule`,
      chunk,
    );
  return "again";
}
