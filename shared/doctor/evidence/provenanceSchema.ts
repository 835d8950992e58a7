import { timeInChunk } from "../../dataset/chunkGrid.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { formatInstant, parseInstant } from "../../dataset/timeAxis.ts";
import { isStep } from "../../ledger/recordSchema.ts";
import type { ChunkRecord, StepRecord } from "../../ledger/records.ts";
import { provenanceOf } from "../../pipeline/commit/provenance.ts";
import { refuseNewer } from "../../schema.ts";
import { provenanceKey } from "../../zarr/layout.ts";
import { type Fields, readFields } from "../../zarr/metadata.ts";

export type Steps = Readonly<Record<string, StepRecord>>;

/** Where the dataset began when a provenance record was written; `undefined` if it does not say. */
export function startIn(bytes: Uint8Array): number | undefined {
  return parseInstant(String(readFields(bytes)?.start));
}

/**
 * The steps that a chunk's provenance record tells of; `undefined` if it is damaged, or another chunk's. Throws a
 * `NewerSchemaError` for a newer build's.
 */
export function readProvenance(dataset: Dataset, chunk: number, bytes: Uint8Array): Steps | undefined {
  const told = readFields(bytes);
  refuseNewer(provenanceKey(dataset.id, chunk), told);
  const isOurs =
    told?.dataset === dataset.id && told.chunk === chunk && told.start === formatInstant(dataset.time.start);
  if (!isOurs || !Array.isArray(told.steps)) return undefined;
  const steps: Record<string, StepRecord> = {};
  for (const entry of told.steps as Fields[]) {
    const step = stepOf(entry);
    const { offset, time } = entry ?? {};
    if (!isStep(step) || !Number.isSafeInteger(offset)) return undefined;
    if (time !== formatInstant(timeInChunk(dataset, chunk, offset as number))) return undefined;
    steps[String(offset)] = step;
  }
  return steps;
}

function stepOf(entry: Fields | null): object {
  const { status, granule, failed } = (entry ?? {}) as Record<string, Fields | null>;
  const instant = (text: unknown) => (text === null ? null : (parseInstant(String(text)) ?? Number.NaN));
  const identity = ({ path, size_bytes, listed_date, modified_at }: Fields) => ({
    path,
    sizeBytes: size_bytes,
    version: listed_date,
    modifiedAt: instant(modified_at),
  });
  return {
    status,
    granule: granule && {
      ...identity(granule),
      crc32c: granule.crc32c,
      ingestedAt: instant(granule.ingested_at),
      revision: granule.revision,
    },
    failed: failed && {
      granule: failed.granule && identity(failed.granule as Fields),
      fault: failed.fault,
      reason: failed.reason,
      attempts: failed.attempts,
      nextTryAt: instant(failed.next_try_at),
    },
  };
}

/**
 * Whether a provenance record tells of these steps what is told of them: status, granule, and why the last try failed.
 * Later tries that fail in the same way, and a date that is listed otherwise, are recorded without being told.
 */
export function describes(dataset: Dataset, record: ChunkRecord, told: Steps): boolean {
  const whatIsPublished = (steps: Steps) => {
    const { steps: listed } = provenanceOf({ dataset }, { ...record, steps }) as { readonly steps: Fields[] };
    return JSON.stringify(
      listed.map(({ offset, status, granule, failed }) => [
        offset,
        status,
        granule && { ...(granule as Fields), listed_date: null },
        (failed as Fields | null)?.fault ?? null,
      ]),
    );
  };
  return whatIsPublished(told) === whatIsPublished(record.steps);
}
