import { slicesOf } from "../../archive/arrayEncoder.ts";
import { type ChunkObject, objectsOf } from "../../archive/objectsOf.ts";
import { indexInChunk, stepsOfChunk } from "../../dataset/chunkGrid.ts";
import { outsideAmong } from "../../dataset/validRange.ts";
import type { Values } from "../../dataset/values.ts";
import { StorageError } from "../../errors.ts";
import { isHeldByOther } from "../../ledger/lease.ts";
import { chunkRecordKey, NO_RECORD, type Version } from "../../ledger/ledger.ts";
import { sanitizeChunk } from "../../ledger/recordSchema.ts";
import { type ChunkRecord, emptyChunk } from "../../ledger/records.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { provenanceKey } from "../../zarr/layout.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { readRecord } from "../evidence/ledgerRecords.ts";
import { describes, readProvenance, type Steps } from "../evidence/provenanceSchema.ts";
import { type Statuses, wasShown } from "./statuses.ts";

/** Looks at one chunk, when its record changes meanwhile. */
const looksMax = 3;

/** `proven`: it decodes, and is the one that the ledger's record tells of. */
export interface ObjectCheck {
  readonly state: "gone" | "damaged" | "unproven" | "proven";
  /** The offsets at which it holds anything but fill. */
  readonly valued: ReadonlySet<number>;
  /** The offsets at which a value is outside the array's valid range, and what the first such is. */
  readonly outside: ReadonlyMap<number, string>;
}

/** All that stands of one chunk, of one moment. */
export interface ChunkCheck {
  readonly chunk: number;
  readonly recordState: "there" | "gone" | "unreadable";
  /** What the ledger says, as far as it can be believed. */
  readonly record: ChunkRecord;
  readonly version: Version;
  /** What of the record cannot be, or why it cannot be read. */
  readonly recordFaults: readonly string[];
  readonly provenance: { readonly state: "gone" | "damaged" | "unlike" | "right"; readonly steps: Steps };
  /** Steps that the provenance has and the ledger does not. */
  readonly lost: readonly number[];
  /** Steps that readers were shown, and of which nothing is known. */
  readonly unknown: readonly number[];
  /** What readers are told, by offset; `undefined` where that cannot be read. */
  readonly flags: readonly (number | undefined)[];
  /** By the names that `objectsOf` gives them. */
  readonly objects: ReadonlyMap<string, ObjectCheck>;
  /** Somebody else has the lease, or was always quicker. */
  readonly isBusy: boolean;
}

/** Looks at record, provenance and objects of a chunk until all are of one moment, at most a few times. */
export async function checkChunk(
  wiring: DatasetWiring,
  evidence: Evidence,
  statuses: Statuses,
  chunk: number,
  signal: AbortSignal,
): Promise<ChunkCheck> {
  for (let look = 1; ; look++) {
    const seen = await checkOnce(wiring, evidence, statuses, chunk, signal);
    const again = await readRecord(wiring, chunkRecordKey(evidence.dataset.id, chunk), signal);
    const version = again.state === "there" ? again.found.version : NO_RECORD;
    if (version === seen.version || look === looksMax) {
      const isLeased = isHeldByOther(seen.record.lease, "", wiring.now());
      return { ...seen, isBusy: isLeased || version !== seen.version };
    }
  }
}

async function checkOnce(
  wiring: DatasetWiring,
  evidence: Evidence,
  statuses: Statuses,
  chunk: number,
  signal: AbortSignal,
): Promise<ChunkCheck> {
  const { dataset } = evidence;
  // The record before the objects, and once more after them: what changes in between shows.
  const found = await readRecord(wiring, chunkRecordKey(dataset.id, chunk), signal);
  const { record: told, faults } =
    found.state === "there"
      ? sanitizeChunk(dataset, chunk, found.found.record)
      : { record: emptyChunk(chunk), faults: found.state === "unreadable" ? [found.reason] : [] };
  const provenance = await checkProvenance(wiring, evidence, told, signal);
  const record = evidence.pair === "ledgerBehind" ? withoutStale(told, provenance.steps) : told;
  const offsets = Array.from({ length: stepsOfChunk(dataset, chunk) }, (_, offset) => offset);
  const lost = offsets.filter((offset) => !record.steps[offset] && provenance.steps[offset]);
  const unknown = offsets.filter(
    (offset) =>
      !record.steps[offset] &&
      !provenance.steps[offset] &&
      wasShown(evidence, statuses, indexInChunk(dataset, chunk, offset)),
  );
  const objects = new Map<string, ObjectCheck>();
  for (const object of objectsOf(dataset, chunk)) {
    objects.set(object.name, await checkObject(wiring, evidence, record, object, signal));
  }
  return {
    chunk,
    recordState: found.state,
    record,
    version: found.state === "there" ? found.found.version : NO_RECORD,
    recordFaults: faults,
    provenance,
    lost,
    unknown,
    flags: offsets.map((offset) => statuses.flagAt(indexInChunk(dataset, chunk, offset))),
    objects,
    isBusy: false,
  };
}

/**
 * A record of a ledger that is behind the store without the steps that the provenance knows better: it was restored, or is a
 * copy's that went another way. What a crash left unpublished is flagged, and newer than the provenance.
 */
function withoutStale(record: ChunkRecord, told: Steps): ChunkRecord {
  if (record.uncommitted) return record;
  const isStale = ([offset, { granule }]: [string, ChunkRecord["steps"][string]]) => {
    const known = told[offset];
    if (!known) return false;
    const newer = known.granule;
    if (!newer) return granule !== null;
    if (newer.crc32c === granule?.crc32c) return false;
    return !granule || newer.revision >= granule.revision;
  };
  const steps = Object.entries(record.steps).filter((entry) => !isStale(entry));
  return { ...record, steps: Object.fromEntries(steps) };
}

async function checkProvenance(
  { store }: DatasetWiring,
  { dataset }: Evidence,
  record: ChunkRecord,
  signal: AbortSignal,
): Promise<ChunkCheck["provenance"]> {
  const found = await store.read(provenanceKey(dataset.id, record.chunk), signal);
  if (!found) return { state: "gone", steps: {} };
  const steps = readProvenance(dataset, record.chunk, found.bytes);
  if (!steps) return { state: "damaged", steps: {} };
  return { state: describes(dataset, record, steps) ? "right" : "unlike", steps };
}

const nothingHeld = { valued: new Set<number>(), outside: new Map<number, string>() } as const;

async function checkObject(
  { store }: DatasetWiring,
  { dataset }: Evidence,
  { generations }: ChunkRecord,
  { array, key, name }: ChunkObject,
  signal: AbortSignal,
): Promise<ObjectCheck> {
  const found = await store.read(key, signal);
  if (!found) return { ...nothingHeld, state: "gone" };
  const { generation, bytes } = found;
  const valued = new Set<number>();
  const outside = new Map<number, string>();
  try {
    for await (const [offset, slice] of slicesOf(dataset, array, { bytes, key })) {
      if (isFill(slice, array.fillValue)) continue;
      valued.add(offset);
      const text = outsideAmong(dataset, array, slice);
      if (text !== undefined) outside.set(offset, text);
    }
  } catch (error) {
    if (error instanceof StorageError) return { ...nothingHeld, state: "damaged" };
    throw error;
  }
  return { state: generations[name] === generation ? "proven" : "unproven", valued, outside };
}

function isFill(values: Values, fillValue: number): boolean {
  for (const value of values) {
    if (!Object.is(value, fillValue) && value !== fillValue) return false;
  }
  return true;
}

/** Whether readers see any timestep of the chunk, so that its objects must be there, be it of fill alone. */
export function isShown({ dataset, length }: Evidence, chunk: number): boolean {
  return indexInChunk(dataset, chunk, 0) < length;
}

/**
 * The offsets at which an object holds values though no granule is recorded there. Steps that the ledger has lost are not
 * among them: their values may be right.
 */
export function valuesInGaps({ objects, record, lost, unknown }: ChunkCheck): number[] {
  const valued = new Set([...objects.values()].flatMap((object) => [...object.valued]));
  const isRetained = (offset: number) =>
    record.steps[offset]?.granule || lost.includes(offset) || unknown.includes(offset);
  return [...valued].filter((offset) => !isRetained(offset)).sort((a, b) => a - b);
}

/** The offsets whose granule left a value that cannot be, and what the first such is. */
export function wrongSteps({ objects, record }: Pick<ChunkCheck, "objects" | "record">): Map<number, string> {
  const wrong = [...objects.values()].flatMap(({ outside }) => [...outside]);
  return new Map(wrong.filter(([offset]) => record.steps[offset]?.granule).toReversed());
}
