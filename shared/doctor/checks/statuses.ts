import { formatOf } from "../../archive/formatOf.ts";
import type { StatusChunk } from "../../archive/statusChunks.ts";
import { countGaps, statusChunkKey } from "../../archive/statusChunks.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { placeOf } from "../../dataset/chunkGrid.ts";
import type { StepRecord } from "../../ledger/records.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { ABSENT, type Generation } from "../../store/store.ts";
import { decode } from "../../zarr/codec.ts";
import { defaultCodec } from "../../zarr/compressor.ts";
import { coordinateChunkLength, type GroupState } from "../../zarr/metadata.ts";
import type { Findings } from "../evidence/differences.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** A chunk of `granule_status` as it stands; `flags` is undefined where it is gone or damaged. */
export interface StoredStatuses {
  readonly key: string;
  readonly generation: Generation;
  readonly flags: Int8Array | undefined;
}

/** What readers are told of each timestep, up to one past the last that anything is recorded of. */
export interface Statuses {
  readonly chunks: readonly StoredStatuses[];
  /** `undefined` where that cannot be read. */
  flagAt(index: number): number | undefined;
}

/** Reads `granule_status`: a byte for each timestep. */
export async function readStatuses(
  { dataset, store }: DatasetWiring,
  { length, lengthMax }: Evidence,
  signal: AbortSignal,
): Promise<Statuses> {
  const end = Math.max(length, lengthMax);
  const last = end === 0 ? -1 : placeOf(end - 1, coordinateChunkLength).chunk;
  const chunks: StoredStatuses[] = [];
  for (let number = 0; number <= last; number++) {
    const key = statusChunkKey(dataset, number);
    const found = await store.read(key, signal);
    const raw =
      found && (await decode(defaultCodec, found.bytes, coordinateChunkLength, key).catch(() => undefined));
    chunks.push({ key, generation: found?.generation ?? ABSENT, flags: raw && new Int8Array(raw) });
  }
  return {
    chunks,
    flagAt(index) {
      const { chunk, offset } = placeOf(index, coordinateChunkLength);
      return chunks[chunk]?.flags?.[offset];
    },
  };
}

/**
 * Whether a timestep that the ledger does not know was shown to readers as something: its values, if any, are not to be
 * touched. A dataset that publishes its latest shows timesteps of which nothing is known, as pending.
 */
export function wasShown({ dataset, length }: Evidence, statuses: Statuses, index: number): boolean {
  if (index >= length) return false;
  return dataset.updates.publish === "settled" || statuses.flagAt(index) !== statusFlags.pending;
}

/** The flag that readers should find at a timestep, given what the ledger knows of it. */
export function flagFor(
  evidence: Evidence,
  statuses: Statuses,
  index: number,
  step: StepRecord | undefined,
): number {
  if (step) return statusFlags[step.status];
  const flag = statuses.flagAt(index);
  const isFlag = flag !== undefined && (Object.values(statusFlags) as number[]).includes(flag);
  return isFlag && wasShown(evidence, statuses, index) ? flag : statusFlags.pending;
}

/**
 * Compares the chunks of `granule_status` by themselves: whether they are there, whether anything is said of timesteps past
 * all that is recorded, and the counts of gaps that readers are told.
 */
export function checkStatuses(
  evidence: Evidence,
  state: GroupState | undefined,
  statuses: Statuses,
  hasUnpublished: boolean,
  findings: Findings,
): void {
  const { length, lengthMax } = evidence;
  for (const [number, { flags, generation, key }] of statuses.chunks.entries()) {
    const first = number * coordinateChunkLength;
    if (!flags) {
      // The first commit that has something to tell writes it.
      if (generation === ABSENT && length <= first && hasUnpublished) continue;
      const detail = generation === ABSENT ? "it is gone" : "it cannot be decoded";
      findings.add("statusesGone", key, detail);
      continue;
    }
    const beyond = flags.findIndex((flag, i) => first + i >= lengthMax && flag !== statusFlags.pending);
    if (beyond >= 0) {
      findings.addTimestep(
        "statusesUnlike",
        "granule_status",
        first + beyond,
        `flag ${flags[beyond]} instead of ${statusFlags.pending}`,
      );
    }
    const gaps = countGaps({ flags } as StatusChunk, number, length);
    const told = state?.gapCounts[number] ?? 0;
    if (!state || gaps === told || first >= length) continue;
    const detail = `${told} gaps, granule_status has ${gaps}`;
    if (hasUnpublished) findings.add("commitBrokenOff", key, detail);
    else
      findings.add(
        "documentUnlike",
        formatOf(evidence.dataset).keys.consolidated,
        `granule_gap_counts: ${detail}`,
      );
  }
}
