import { hasGranules } from "../../archive/chunkObjects.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { indexInChunk } from "../../dataset/chunkGrid.ts";
import type { GranuleIdentity } from "../../ledger/records.ts";
import { type ChunkLook, isShown, lookAtChunk, type ObjectLook, valuesInGaps } from "../checks/chunkLook.ts";
import { readStatuses } from "../checks/statuses.ts";
import { offsetsOf } from "../evidence/range.ts";
import type { Patient, Progress } from "./patient.ts";
import { condemn } from "./ranges.ts";
import { makeAnew, retake, takeAgain } from "./retake.ts";
import { adoptObjects, clearGaps, recordMissing, tellAgain } from "./underLease.ts";
import { leaveUnproven, sayAdopted, takenUntil, unprovenArrays } from "./unproven.ts";

/** Things that are done to one chunk, one after the other. */
const doneMax = 8;

/**
 * Mends one chunk: has cleared what a worker left that died; fills values that cannot be, and has their granules taken in
 * again; takes in its granules again where objects are gone, damaged or
 * unproven; adopts what cannot be had again, if a person says so, and leaves it else; writes fill where no granule's values
 * belong; has all of it told. After each thing that is done it looks again, at most a few times.
 */
export async function mendChunk(
  given: Pick<Patient, "wiring" | "standing" | "provider" | "isLedgerLost" | "options" | "log">,
  chunk: number,
  signal: AbortSignal,
): Promise<void> {
  const nothingDone = { ingestions: undefined, tried: new Set<number>(), condemned: new Set<number>() };
  const patient: Patient = { ...given, ...nothingDone, isMadeAnew: false };
  const { wiring, standing, log } = patient;
  for (let done = 0; done < doneMax; done++) {
    const statuses = await readStatuses(wiring, standing, signal);
    const look = await lookAtChunk(wiring, standing, statuses, chunk, signal);
    if (look.isBusy) return log.leave("none", "ledger", "somebody works on it", chunk);
    if (look.recordState === "unreadable") return;
    patient.ingestions ??= look.record.ingestions ?? 0;
    const progress =
      (await clearLeft(patient, look, signal)) ??
      (await condemn(patient, look, signal)) ??
      (await mendObjects(patient, look, signal)) ??
      (await clear(patient, look, signal));
    if (progress === "again") continue;
    if (look.provenance.state !== "right" && !look.record.uncommitted && hasProvenance(look))
      await tellAgain(wiring, chunk, signal);
    return;
  }
}

function hasProvenance({ record, provenance }: ChunkLook): boolean {
  return Object.keys(record.steps).length > 0 || provenance.state !== "gone";
}

/**
 * Has the pipeline fill what a worker put that died, and keep one that sleeps from putting it later. Unproven objects are
 * mended first, which does it too: what is copied from them here would count as proven. Broken ones are left while
 * the provider cannot be asked: their granules would be taken in again, and given up.
 */
async function clearLeft(
  patient: Patient,
  look: ChunkLook,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const { wiring, provider, options } = patient;
  if (!look.record.lease || (unprovenArrays(look).length > 0 && !options.adopt)) return undefined;
  const isAsked = hasBroken(statesOf(look));
  if (isAsked && !(await provider.granulesOf(look.chunk, offsetsOf(wiring, look.chunk, {}), signal)))
    return undefined;
  return takeAgain(patient, look, [], "clear", signal);
}

/** Of the objects that have to hold values. */
function statesOf({ record, objects }: ChunkLook): ObjectLook["state"][] {
  return hasGranules(record) ? [...objects.values()].map(({ state }) => state) : [];
}

function hasBroken(states: readonly ObjectLook["state"][]): boolean {
  return states.includes("gone") || states.includes("damaged");
}

/** Sees to objects and unknown steps; `undefined` if there is nothing to do about them. */
async function mendObjects(
  patient: Patient,
  look: ChunkLook,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const { wiring, provider, options, tried, condemned, log } = patient;
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
  const withdrawn = takenUntil(record).filter((offset) => !listed.has(offset));
  if (isUnproven && !options.adopt && withdrawn.length > 0) return leaveUnproven(patient, look);
  const isDoubted = isBroken || (isUnproven && (!options.adopt || withdrawn.length > 0));
  const isWanted = (offset: number) => unknown.includes(offset) || condemned.has(offset);
  const wanted = wantedOf(look, listed, isDoubted, isWanted).filter(([at]) => !tried.has(at));
  if (wanted.length > 0) return retake(patient, look, wanted, signal);
  if (isBroken) return makeAnew(patient, look, states, signal);
  if (isUnproven && !options.adopt) return leaveUnproven(patient, look);
  if (isUnproven) {
    if (await adoptObjects(wiring, chunk, signal)) sayAdopted(patient, look);
    return "again";
  }
  return settleUnknown(patient, look, listed, signal);
}

/** The granules to take in again: those that are wanted, and of all steps where the objects are in doubt. */
function wantedOf(
  { record }: ChunkLook,
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
async function settleUnknown(
  { wiring, log }: Patient,
  { chunk, unknown, objects, flags }: ChunkLook,
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
  { wiring, standing, isLedgerLost, log }: Patient,
  look: ChunkLook,
  signal: AbortSignal,
): Promise<Progress> {
  const { chunk, record, objects, unknown, lost } = look;
  const shown = Math.max(standing.stated, standing.ownLength);
  const isKept = (offset: number) => {
    const index = indexInChunk(standing.dataset, chunk, offset);
    return !record.steps[offset] && (isLedgerLost || (index >= standing.length && index < shown));
  };
  const valued = valuesInGaps(look);
  const offsets = valued.filter((offset) => !isKept(offset));
  const isFillAlone =
    !hasGranules(record) &&
    unknown.length === 0 &&
    lost.length === 0 &&
    !look.flags.some((_, at) => isKept(at));
  if (offsets.length < valued.length) {
    const detail = `${valued.length - offsets.length} timesteps have values that nothing tells of; restore the ledger, or delete the chunk's objects`;
    log.leave("none", "objects", detail, chunk);
  }
  const isBroken = (state: ObjectLook["state"]) =>
    state === "damaged" || (state === "gone" && isShown(standing, chunk));
  const hasBroken = !hasGranules(record) && [...objects.values()].some(({ state }) => isBroken(state));
  const isMadeAnew = isFillAlone && hasBroken;
  if (hasBroken && !isMadeAnew)
    log.leave(
      "none",
      "objects",
      "gone or damaged where nothing told of their timesteps; repair again",
      chunk,
    );
  if (offsets.length === 0 && !isMadeAnew) return "done";
  if (await clearGaps(wiring, chunk, offsets, isFillAlone, signal))
    log.did(
      "clear",
      "objects",
      isMadeAnew ? "made anew of fill" : `${offsets.length} timesteps without a granule`,
      chunk,
    );
  return "again";
}
