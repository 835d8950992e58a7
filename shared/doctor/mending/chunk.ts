import { statusFlags } from "../../dataset/cf.ts";
import { reasonOf, SourceError, StorageError } from "../../errors.ts";
import type { GranuleIdentity } from "../../ledger/records.ts";
import { extend } from "../../pipeline/extend.ts";
import type { Wiring } from "../../pipeline/wiring.ts";
import { type ChunkLook, hasGranules, lookAtChunk, valuesInGaps } from "../findings/chunkLook.ts";
import { readStatuses } from "../findings/statuses.ts";
import type { Provider } from "../provider.ts";
import { type DoctorRange, offsetsOf } from "../range.ts";
import type { Standing } from "../standing.ts";
import type { MendingLog } from "./log.ts";
import { adoptObjects, clearGaps, recordMissing, removeDamaged, tellAgain } from "./underLease.ts";

/** Things that are done to one chunk, one after the other. */
const doneMax = 8;

export interface MendingOptions {
  /** Believe objects that decode, instead of taking their granules in again. */
  readonly adopt: boolean;
}

/** What one mending of a chunk works with, and what it has tried. */
interface Patient {
  readonly wiring: Wiring;
  readonly standing: Standing;
  readonly provider: Provider;
  readonly range: DoctorRange;
  readonly options: MendingOptions;
  readonly log: MendingLog;
  /** Offsets whose granules were asked for. */
  readonly tried: Set<number>;
  /** Whether the chunk was to be made anew. */
  isMadeAnew: boolean;
}

/** `again`: something was done, look again; `done`: there is nothing to do, or nothing that can be done. */
type Progress = "again" | "done";

/**
 * Mends one chunk: takes in its granules again where objects are gone, damaged or unproven and where the provider has what
 * is not taken in; adopts what cannot be had again; writes fill where no granule's values belong; has all of it told. After
 * each thing that is done it looks again, at most a few times.
 */
export async function mendChunk(
  given: Pick<Patient, "wiring" | "standing" | "provider" | "range" | "options" | "log">,
  chunk: number,
  signal: AbortSignal,
): Promise<void> {
  const patient: Patient = { ...given, tried: new Set(), isMadeAnew: false };
  const { wiring, standing, log } = patient;
  for (let done = 0; done < doneMax; done++) {
    const statuses = await readStatuses(wiring, standing, signal);
    const look = await lookAtChunk(wiring, standing, statuses, chunk, signal);
    if (look.isBusy) return log.leave("none", "ledger", "somebody works on it", chunk);
    if (look.recordState === "unreadable") return;
    const progress = (await mendObjects(patient, look, signal)) ?? (await clear(patient, look, signal));
    if (progress === "again") continue;
    if (look.provenance.state !== "right" && !look.record.uncommitted && hasProvenance(look))
      await tellAgain(wiring, chunk);
    return;
  }
}

function hasProvenance({ record, provenance }: ChunkLook): boolean {
  return Object.keys(record.steps).length > 0 || provenance.state !== "gone";
}

/** Sees to objects and unknown steps; `undefined` if there is nothing to do about them. */
async function mendObjects(
  patient: Patient,
  look: ChunkLook,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const { wiring, provider, options, tried, log } = patient;
  const { chunk, unknown } = look;
  const states = hasGranules(look) ? [...look.objects.values()].map(({ state }) => state) : [];
  const isUnproven = states.includes("unproven");
  const isBroken = states.includes("gone") || states.includes("damaged");
  const listed = await provider.granulesOf(chunk, offsetsOf(wiring, chunk, {}), signal);
  if (!listed) {
    if (isUnproven || isBroken || unknown.length > 0)
      log.leave("retake", "provider", `it cannot be asked: ${reasonOf(provider.refusal)}`, chunk);
    return undefined;
  }
  const isDoubted = isBroken || (isUnproven && !options.adopt);
  const wanted = (await wantedOf(patient, look, listed, isDoubted, signal)).filter(([at]) => !tried.has(at));
  if (wanted.length > 0) return retake(patient, look, wanted, signal);
  if (isBroken) return makeAnew(patient, look, states, signal);
  if (isUnproven) {
    const isAdopted = await adoptObjects(wiring, chunk, signal);
    if (!isAdopted) return "again";
    log.did("adopt", "objects", "nothing proves their values", chunk);
    return "again";
  }
  return settleUnknown(patient, look, listed, signal);
}

/** The granules to take in again: of all steps where the objects are in doubt, else those that the provider has otherwise. */
async function wantedOf(
  { provider, range, wiring }: Patient,
  { chunk, record, unknown }: ChunkLook,
  listed: ReadonlyMap<number, GranuleIdentity>,
  isDoubted: boolean,
  signal: AbortSignal,
): Promise<[number, GranuleIdentity][]> {
  const asked = new Set(offsetsOf(wiring, chunk, range));
  const wanted: [number, GranuleIdentity][] = [];
  for (const [offset, granule] of listed) {
    const step = record.steps[offset];
    const isNeeded = unknown.includes(offset) || (isDoubted && step?.granule);
    const verdict = asked.has(offset) ? await provider.compare(step, granule, signal) : "same";
    if (isNeeded || verdict === "pending" || verdict === "revised") wanted.push([offset, granule]);
  }
  return wanted;
}

/** Takes granules in again, by the pipeline's own `extend`. */
async function retake(
  { wiring, tried, log }: Patient,
  { chunk }: ChunkLook,
  wanted: readonly (readonly [number, GranuleIdentity])[],
  signal: AbortSignal,
): Promise<Progress> {
  const steps = wanted.map(([offset, granule]) => ({ offset, granule }));
  for (const { offset } of steps) tried.add(offset);
  try {
    const message = { dataset: wiring.dataset.id, chunk, plannedAt: wiring.now(), steps };
    const { outcome, taken, failed } = await extend(wiring, message, signal);
    if (outcome === "extended") log.did("retake", "objects", `${taken} taken in, ${failed} failed`, chunk);
    return "again";
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SourceError) && !isRefusal(error)) throw error;
    log.leave("retake", "objects", reasonOf(error, 600), chunk);
    return "done";
  }
}

/** What the pipeline will not give up; a person may. */
function isRefusal(error: unknown): boolean {
  return error instanceof StorageError && error.operation === "extend";
}

/** Has the pipeline make objects anew of which no granule is left that was not tried: it gives up what no array holds. */
async function makeAnew(
  patient: Patient,
  look: ChunkLook,
  states: readonly string[],
  signal: AbortSignal,
): Promise<Progress> {
  const { wiring, log } = patient;
  const isHeld = states.some((state) => state === "proven" || state === "unproven");
  if (patient.isMadeAnew || (isHeld && !states.includes("gone"))) {
    const detail =
      "damaged, and its granules cannot be had again; nothing was given up. " +
      "Try again later, or delete the chunk's objects to give these timesteps up";
    log.leave("retake", "objects", detail, look.chunk);
    return "done";
  }
  if (!states.includes("gone")) {
    await removeDamaged(wiring, look.chunk, signal);
    return "again";
  }
  patient.isMadeAnew = true;
  return retake(patient, look, [], signal);
}

const gapFlags: readonly (number | undefined)[] = [statusFlags.missing, statusFlags.corrupt];

/**
 * What the provider does not have and no object holds is missing, as is what readers were told is a gap; what an object
 * holds is left to a person.
 */
async function settleUnknown(
  { wiring, log }: Patient,
  { chunk, unknown, objects, flags }: ChunkLook,
  listed: ReadonlyMap<number, GranuleIdentity>,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  signal.throwIfAborted();
  const isDenied = (offset: number) => gapFlags.includes(flags[offset]);
  const isHeld = (offset: number) =>
    !isDenied(offset) &&
    [...objects.values()].some(({ state, valued }) => state === "damaged" || valued.has(offset));
  const absent = unknown.filter((offset) => !listed.has(offset));
  const held = absent.filter(isHeld);
  if (held.length > 0) {
    const detail = `${held.length} timesteps have values, and neither a record nor a granule; restore the ledger, or delete the chunk's objects`;
    log.leave("none", "objects", detail, chunk);
  }
  const missing = absent.filter((offset) => !isHeld(offset));
  if (missing.length === 0) return undefined;
  if (await recordMissing(wiring, chunk, missing))
    log.did("retake", "ledger", `${missing.length} timesteps are missing at the provider`, chunk);
  return "again";
}

/** Writes fill where values stand and no granule does. */
async function clear({ wiring, log }: Patient, look: ChunkLook, signal: AbortSignal): Promise<Progress> {
  const { chunk, objects, unknown, lost } = look;
  const offsets = valuesInGaps(look);
  const isBare = !hasGranules(look) && unknown.length === 0 && lost.length === 0;
  const isDamaged = isBare && [...objects.values()].some(({ state }) => state === "damaged");
  if (offsets.length === 0 && !isDamaged) return "done";
  if (await clearGaps(wiring, chunk, offsets, isBare, signal))
    log.did("clear", "objects", `${offsets.length} timesteps without a granule`, chunk);
  return "again";
}
