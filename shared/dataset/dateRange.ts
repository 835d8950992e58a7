import { parseInstant } from "./timeAxis.ts";

/** A half-open range of instants; absent bounds are open. */
export interface DateRange {
  readonly from?: number;
  readonly until?: number;
}

/** Reads the bounds of a candidate path or a layout, which are ISO 8601 UTC. */
export function dateRange({ from, until }: { from?: string; until?: string }): DateRange {
  return {
    ...(from === undefined ? {} : { from: parseInstant(from) as number }),
    ...(until === undefined ? {} : { until: parseInstant(until) as number }),
  };
}

/** Whether instant `t` lies in the range. */
export function covers({ from, until }: DateRange, t: number): boolean {
  return (from === undefined || t >= from) && (until === undefined || t < until);
}
