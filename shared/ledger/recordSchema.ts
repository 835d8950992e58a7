import { stepsOfChunk } from "../dataset/chunkGrid.ts";
import type { Dataset } from "../dataset/dataset.ts";
import type { GranuleFault } from "../errors.ts";
import {
  type ChunkRecord,
  type DatasetRecord,
  emptyChunk,
  type Lease,
  type StepRecord,
  withSteps,
} from "./records.ts";

/** A record as far as it can be what the pipeline wrote, and what of it cannot. */
export interface SanitizedRecord<Recorded> {
  readonly record: Recorded;
  readonly faults: readonly string[];
}

const instantMax = 8.64e15;

/** Every word for what can be wrong with a granule. */
export const granuleFaults = {
  notThere: true,
  transfer: true,
  size: true,
  notGzip: true,
  truncated: true,
  checksum: true,
  badData: true,
  trailing: true,
  tooLarge: true,
  header: true,
  time: true,
  layout: true,
  length: true,
  range: true,
} as const satisfies Record<GranuleFault, true>;

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Fields) : undefined;
const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isInstant = (value: unknown) => Number.isFinite(value) && Math.abs(value as number) <= instantMax;
const isAbsentOr = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);

function isIdentity(value: unknown): boolean {
  const { path, sizeBytes, version, modifiedAt } = fieldsOf(value) ?? {};
  return (
    isText(path) &&
    path !== "" &&
    isAbsentOr(isCount)(sizeBytes) &&
    isText(version) &&
    isAbsentOr(isInstant)(modifiedAt)
  );
}

function isTaken(value: unknown): boolean {
  const { sizeBytes, crc32c, ingestedAt, revision, ingestion, request } = fieldsOf(value) ?? {};
  return (
    isIdentity(value) &&
    isCount(sizeBytes) &&
    isText(crc32c) &&
    /^[0-9a-f]{8}$/.test(crc32c) &&
    isInstant(ingestedAt) &&
    isCount(revision) &&
    (ingestion === undefined || isCount(ingestion)) &&
    (request === undefined || isText(request))
  );
}

function isFailed(value: unknown): boolean {
  const { granule, fault, reason, attempts, nextTryAt, since } = fieldsOf(value) ?? {};
  return (
    isAbsentOr(isIdentity)(granule) &&
    isText(fault) &&
    Object.hasOwn(granuleFaults, fault) &&
    isText(reason) &&
    isCount(attempts) &&
    isInstant(nextTryAt) &&
    (since === undefined || isInstant(since))
  );
}

/** Whether a value has the form of a step's record: `present` with its granule, a gap with the try that failed. */
export function isStep(value: unknown): value is StepRecord {
  const { status, granule, failed } = fieldsOf(value) ?? {};
  if (status === "present") return isTaken(granule) && isAbsentOr(isFailed)(failed);
  const isMissing = fieldsOf(failed)?.fault === "notThere";
  const isGap = isMissing ? status === "missing" : status === "corrupt" || status === "pending";
  return isGap && granule === null && isFailed(failed);
}

function isLease(value: unknown): value is Lease {
  const { holder, expiresAt, spanMs } = fieldsOf(value) ?? {};
  return isText(holder) && isInstant(expiresAt) && (spanMs === undefined || isCount(spanMs));
}

function isRemoval(value: unknown): boolean {
  const { by, at, decided } = fieldsOf(value) ?? {};
  return isText(by) && isInstant(at) && typeof decided === "boolean";
}

/** A ledger takes the schema off a record that it reads: what is left there names none. */
function schemaFaults({ schema }: Fields): string[] {
  return schema === undefined ? [] : ["schema"];
}

/** The sound part of a chunk's record. Steps that cannot be are left out, and the next try is worked out anew. */
export function sanitizeChunk(dataset: Dataset, chunk: number, found: unknown): SanitizedRecord<ChunkRecord> {
  const fields = fieldsOf(found) ?? {};
  const faults: string[] = [];
  const sound = <Recorded>(name: string, is: boolean, otherwise: Recorded): Recorded => {
    if (!is) faults.push(name);
    return is ? (fields[name] as Recorded) : otherwise;
  };
  sound("chunk", fields.chunk === chunk, chunk);
  faults.push(...schemaFaults(fields));
  const steps = sanitizeSteps(dataset, chunk, fields.steps, faults);
  const generations = fieldsOf(fields.generations);
  const uncommitted = sound("uncommitted", typeof fields.uncommitted === "boolean", true);
  // Else what the next ingestions bring would count for older than what stands.
  const counted = lastIngestionIn(steps);
  const { ingestions = 0 } = fields;
  const areCounted = isCount(ingestions) && (ingestions as number) >= counted;
  const record = withSteps(
    {
      ...emptyChunk(chunk),
      lease: sound("lease", fields.lease === null || isLease(fields.lease), null),
      ...(fields.ingestions === undefined && areCounted
        ? {}
        : { ingestions: sound("ingestions", areCounted, counted) }),
      generations: sound(
        "generations",
        generations !== undefined && Object.values(generations).every(isText),
        {},
      ),
    },
    steps,
    uncommitted,
  );
  sound("nextTryAt", fields.nextTryAt === record.nextTryAt, null);
  return { record, faults };
}

/** That of the granule that came last. */
function lastIngestionIn(steps: ReadonlyMap<number, StepRecord>): number {
  return Math.max(0, ...[...steps.values()].map(({ granule }) => granule?.ingestion ?? 0));
}

function sanitizeSteps(
  dataset: Dataset,
  chunk: number,
  found: unknown,
  faults: string[],
): Map<number, StepRecord> {
  const steps = new Map<number, StepRecord>();
  const fields = fieldsOf(found);
  if (!fields) faults.push("steps");
  for (const [offset, step] of Object.entries(fields ?? {})) {
    const isPlace = /^(0|[1-9]\d*)$/.test(offset) && Number(offset) < stepsOfChunk(dataset, chunk);
    if (isPlace && isStep(step)) steps.set(Number(offset), step);
    else faults.push(`step ${offset}`);
  }
  return steps;
}

/** The faults of the dataset's own record; empty if it is sound. */
export function datasetRecordFaults(found: unknown): string[] {
  const fields = fieldsOf(found) ?? {};
  const checks: Readonly<Record<keyof DatasetRecord, (value: unknown) => boolean>> = {
    // One of an older build has none.
    identity: (identity) => identity === undefined || isAbsentOr(isText)(identity),
    length: isCount,
    commitSeq: isCount,
    committedAt: isAbsentOr(isInstant),
    lease: isAbsentOr(isLease),
    // One of an older build has none.
    planLease: (lease) => lease === undefined || isAbsentOr(isLease)(lease),
    dirty: (value) => typeof value === "boolean",
    removal: (removal) => removal === undefined || isRemoval(removal),
  };
  const unsound = Object.entries(checks).filter(([name, is]) => !is(fields[name]));
  return [...unsound.map(([name]) => name), ...schemaFaults(fields)];
}
