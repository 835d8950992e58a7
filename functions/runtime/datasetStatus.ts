import { openShown } from "../../shared/archive/pair.ts";
import type { Wiring } from "../../shared/pipeline/wiring.ts";
import { type Coverage, readCoverage } from "../../shared/status/coverage.ts";
import { type Freshness, freshness } from "../../shared/status/freshness.ts";
import {
  carriedOn,
  neverLooked,
  type ProviderLook,
  readSummary,
  type StatusSummary,
  type SummaryHead,
  statusSummary,
  summaryHead,
} from "../../shared/status/summary.ts";
import { statusKey } from "../../shared/zarr/layout.ts";
import type { GroupState } from "../../shared/zarr/metadata.ts";

/** What readers see, how late it is, what is wrong, and every gap. */
export type DatasetStatus = StatusSummary & Freshness & Coverage;

/** Looks at one dataset; `undefined` if it is not there. Throws `DriftError`, `PairError` and `StorageError`. */
export async function readDatasetStatus(
  wiring: Wiring,
  signal: AbortSignal,
): Promise<DatasetStatus | undefined> {
  const stored = await openShown(wiring, true, signal);
  if (!stored) return undefined;
  const before = await existingSummary(wiring, stored.state, signal);
  const summary = await statusSummary(wiring, { ...stored, before }, signal);
  return {
    ...summary,
    ...freshness(summary, wiring.asOf(), wiring.now()),
    gaps: (await readCoverage(wiring.store, stored.dataset, signal)).gaps,
  };
}

/** What stands in `status.json`, unless of another dataset: nothing else keeps its commits, and when timesteps were visible. */
async function existingSummary(
  { store, descriptor }: Wiring,
  state: GroupState,
  signal: AbortSignal,
): Promise<StatusSummary | undefined> {
  const existing = await store.read(statusKey(descriptor.id), signal);
  return carriedOn(existing && readSummary(existing.bytes), state);
}

/** What matters most of one dataset, by its metadata alone: anybody may ask for it often. */
export type Overview = Pick<
  SummaryHead,
  "dataset" | "title" | "length" | "valid_through" | "commit_seq" | "committed_at" | "gap_count"
> &
  Freshness & {
    readonly provider: ProviderLook;
    /** Timesteps that are failing, at most 100. */
    readonly failing_count: number;
  };

/** Looks at one dataset's metadata; `undefined` if it is not there. Throws `DriftError`, `PairError` and `StorageError`. */
export async function readOverview(wiring: Wiring, signal: AbortSignal): Promise<Overview | undefined> {
  const stored = await openShown(wiring, false, signal);
  if (!stored) return undefined;
  const head = summaryHead(stored.dataset, stored.state);
  const { dataset, title, length, valid_through, commit_seq, committed_at, gap_count } = head;
  const { provider = neverLooked, failing = [] } =
    (await existingSummary(wiring, stored.state, signal)) ?? {};
  return {
    dataset,
    title,
    length,
    valid_through,
    commit_seq,
    committed_at,
    gap_count,
    provider,
    failing_count: failing.length,
    ...freshness({ ...head, provider, failing }, wiring.asOf(), wiring.now()),
  };
}
