import { formatInstant, timeAt } from "../shared/dataset/timeAxis.ts";
import { withCheckedLedger } from "../shared/ledger/checkedLedger.ts";
import { openLive } from "../shared/pipeline/live.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import { type Coverage, readCoverage } from "../shared/status/coverage.ts";
import { type Freshness, freshness } from "../shared/status/freshness.ts";
import { type StatusSummary, statusSummary } from "../shared/status/summary.ts";
import { gapCountOf } from "../shared/zarr/metadata.ts";

/** What readers see, how late it is, what is wrong, and every gap. */
export type DatasetStatus = StatusSummary & Freshness & Coverage;

/** Looks at one dataset; `undefined` if it is not there. Throws `DriftError` and `StorageError`. */
export async function readDatasetStatus(
  wiring: Wiring,
  signal: AbortSignal,
): Promise<DatasetStatus | undefined> {
  const live = await openLive(wiring, signal);
  if (!live) return undefined;
  return {
    ...(await statusSummary(withCheckedLedger(wiring), live)),
    ...freshness(live, wiring.asOf()),
    gaps: (await readCoverage(wiring.store, live.dataset, signal)).gaps,
  };
}

/** What matters most of one dataset, by its metadata alone: anybody may ask for it often. */
export interface Overview extends Freshness {
  readonly dataset: string;
  readonly length: number;
  readonly valid_through: string | null;
  readonly committed_at: string | null;
  readonly gap_count: number;
}

/** Looks at one dataset's metadata; `undefined` if it is not there. Throws `DriftError` and `StorageError`. */
export async function readOverview(wiring: Wiring, signal: AbortSignal): Promise<Overview | undefined> {
  const live = await openLive(wiring, signal);
  if (!live) return undefined;
  const { state, dataset } = live;
  const { length, modifiedAt } = state;
  return {
    dataset: dataset.id,
    length,
    valid_through: length === 0 ? null : formatInstant(timeAt(dataset.time, length - 1)),
    committed_at: modifiedAt === null ? null : formatInstant(modifiedAt),
    gap_count: gapCountOf(state),
    ...freshness(live, wiring.asOf()),
  };
}
