import { openLive } from "../shared/pipeline/live.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import { type Coverage, readCoverage } from "../shared/status/coverage.ts";
import { type Freshness, freshness } from "../shared/status/freshness.ts";
import { type StatusSummary, statusSummary } from "../shared/status/summary.ts";

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
    ...(await statusSummary(wiring, live)),
    ...freshness(live, wiring.asOf()),
    gaps: (await readCoverage(wiring.store, live.dataset, signal)).gaps,
  };
}
