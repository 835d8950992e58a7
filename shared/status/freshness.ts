import type { Dataset } from "../dataset/dataset.ts";
import { formatInstant, lastIndexUntil, timeAt } from "../dataset/timeAxis.ts";
import type { GroupState } from "../zarr/metadata.ts";

/** `ended`: complete to the series' end. `current`: everything is there that is expected by now. Else `late`. */
export interface Freshness {
  readonly state: "current" | "late" | "ended";
  /** The last timestep that should be there by now, given the provider's usual latency. */
  readonly expected_through: string | null;
  /** From the last visible timestep to the instant of asking, or to the series' end; null while nothing is visible. */
  readonly lag_seconds: number | null;
  /**
   * By how much the first timestep that is not visible is past the instant when it was expected; 0 if none is. A gap that
   * readers see as pending is not counted.
   */
  readonly overdue_seconds: number;
}

/** How what readers see compares with what could be there at instant `asOf`. */
export function freshness(
  { dataset, state }: { readonly dataset: Dataset; readonly state: GroupState },
  asOf: number,
): Freshness {
  const { time, growth } = dataset;
  const expected = lastIndexUntil(time, asOf - growth.latencyMs);
  const last = timeAt(time, state.length - 1);
  const ended = time.end !== undefined && last >= time.end;
  const lagMs = Math.max(0, Math.min(asOf, time.end ?? asOf) - last);
  const isLate = !ended && state.length <= expected;
  const overdueMs = isLate ? asOf - growth.latencyMs - timeAt(time, state.length) : 0;
  return {
    state: ended ? "ended" : isLate ? "late" : "current",
    expected_through: expected < 0 ? null : formatInstant(timeAt(time, expected)),
    lag_seconds: state.length === 0 ? null : Math.round(lagMs / 1000),
    overdue_seconds: Math.round(overdueMs / 1000),
  };
}
