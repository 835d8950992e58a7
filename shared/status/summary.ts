import type { Dataset } from "../dataset/dataset.ts";
import { formatDuration, formatInstant, timeAt } from "../dataset/timeAxis.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { placeOf, timeInChunk } from "../zarr/chunkGrid.ts";
import { type GroupState, gapCountOf } from "../zarr/metadata.ts";

/** Chunks with failing timesteps that a summary looks into, and timesteps that it lists. */
const failingChunksMax = 64;
const failingStepsMax = 100;
/** The same for replaced granules. */
const revisedChunksMax = 512;
const revisedStepsMax = 100;

/** One timestep that is not as it should be, and when it is tried again. Instants are ISO 8601, UTC. */
export interface FailingStep {
  readonly time: string;
  readonly status: "present" | "missing" | "corrupt";
  readonly fault: string;
  readonly reason: string;
  readonly path: string | null;
  readonly attempts: number;
  readonly next_try_at: string;
}

/** One visible timestep whose granule the provider has replaced. Instants are ISO 8601, UTC. */
export interface RevisedStep {
  readonly time: string;
  readonly path: string;
  /** How many times. */
  readonly revision: number;
  readonly ingested_at: string;
}

/** One commit. `from` and `to` are the first and last timestep that it told of; null while nothing is visible. */
export interface CommitTold {
  readonly seq: number;
  readonly at: string;
  readonly length: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly gap_count: number;
}

/**
 * How long after its time each timestep of the revision window before the last visible one was published, by the date of
 * its granule's file, and was visible. In seconds; null where that is not known, and where there is no granule.
 */
export interface Latency {
  /** The first of them; null while nothing is visible. */
  readonly from: string | null;
  readonly published_seconds: readonly (number | null)[];
  readonly visible_seconds: readonly (number | null)[];
}

/** When a plan last looked at the provider and, where it could not, since when and why. */
export interface ProviderLook {
  readonly looked_at: string | null;
  readonly failing: { readonly since: string; readonly reason: string } | null;
}

/**
 * What `status.json` holds: what readers may rely on, and what is wrong. Instants are ISO 8601, UTC. Its JSON Schema is
 * status.schema.json.
 */
export interface StatusSummary {
  readonly version: 2;
  readonly dataset: string;
  readonly title: string;
  readonly start: string;
  readonly end: string | null;
  readonly step: string;
  readonly chunk_length: number;
  readonly expected_latency: string;
  readonly patience: string;
  readonly length: number;
  readonly valid_through: string | null;
  readonly commit_seq: number;
  readonly committed_at: string | null;
  readonly gap_count: number;
  /** The next due first, at most 100. */
  readonly failing: readonly FailingStep[];
  /** Within the revision window before the last visible timestep: the latest first, at most 100. */
  readonly revised: readonly RevisedStep[];
  readonly latency: Latency;
  /** The latest first, at most 50. Lost with the status itself: nothing else keeps them. */
  readonly commits: readonly CommitTold[];
  readonly provider: ProviderLook;
}

/** The summary of a dataset in the state that readers see, with what the ledger knows of failing timesteps. */
export async function statusSummary(
  { ledger }: { readonly ledger: Ledger },
  { dataset, state }: { readonly dataset: Dataset; readonly state: GroupState },
): Promise<StatusSummary> {
  const { time, growth } = dataset;
  return {
    version: 1,
    dataset: dataset.id,
    title: String(dataset.attributes.title),
    start: formatInstant(time.start),
    end: time.end === undefined ? null : formatInstant(time.end),
    step: formatDuration(time.stepMs),
    expected_latency: formatDuration(growth.latencyMs),
    length: state.length,
    valid_through: state.length === 0 ? null : formatInstant(timeAt(time, state.length - 1)),
    commit_seq: state.commitSeq,
    committed_at: state.modifiedAt === null ? null : formatInstant(state.modifiedAt),
    gap_count: gapCountOf(state),
    failing: await failingSteps(ledger, dataset),
    revised: await revisedSteps(ledger, dataset, state.length),
  };
}

async function revisedSteps(
  ledger: Ledger,
  { id, time, growth }: Dataset,
  length: number,
): Promise<RevisedStep[]> {
  const first = Math.max(0, length - Math.ceil(growth.revisionWindowMs / time.stepMs));
  const [from, to] = [first, Math.max(0, length - 1)].map((index) => placeOf(index, time.chunkLength).chunk);
  const chunks = length === 0 ? [] : await ledger.window(id, from ?? 0, to ?? 0, revisedChunksMax);
  const revised = chunks.flatMap(({ record }) =>
    Object.entries(record.steps).flatMap(([offset, { granule }]) => {
      const index = record.chunk * time.chunkLength + Number(offset);
      if (!granule?.revision || index < first || index >= length) return [];
      const { path, revision, ingestedAt } = granule;
      return {
        time: formatInstant(timeAt(time, index)),
        path,
        revision,
        ingested_at: formatInstant(ingestedAt),
      };
    }),
  );
  return revised.sort((a, b) => (a.time > b.time ? -1 : 1)).slice(0, revisedStepsMax);
}

async function failingSteps(ledger: Ledger, dataset: Dataset): Promise<FailingStep[]> {
  const chunks = await ledger.due(dataset.id, Number.MAX_SAFE_INTEGER, failingChunksMax);
  const failing = chunks.flatMap(({ record }) =>
    Object.entries(record.steps).flatMap(([offset, { status, failed }]) => {
      if (!failed) return [];
      const { fault, reason, attempts, granule, nextTryAt } = failed;
      return {
        time: formatInstant(timeInChunk(dataset, record.chunk, Number(offset))),
        status,
        fault,
        reason,
        path: granule?.path ?? null,
        attempts,
        next_try_at: formatInstant(nextTryAt),
      };
    }),
  );
  return failing.sort((a, b) => (a.next_try_at < b.next_try_at ? -1 : 1)).slice(0, failingStepsMax);
}
