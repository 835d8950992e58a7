import type { StampPosition } from "./descriptor.ts";
import { formatInstant, parseInstant } from "./timeAxis.ts";

const unitMilliseconds = { seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

/**
 * Reads CF time units, as in `hours since 2000-03-01 12:00:00`; `undefined` if they are anything else.
 * Source: CF Conventions 1.10, section 4.4.
 */
export function readUnits(units: string): { readonly unitMs: number; readonly epoch: number } | undefined {
  const match = /^(seconds|minutes|hours|days) since (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})$/.exec(units);
  const epoch = match?.[2] === undefined ? undefined : parseInstant(match[2]);
  if (!match || epoch === undefined) return undefined;
  return { unitMs: unitMilliseconds[match[1] as keyof typeof unitMilliseconds], epoch };
}

/** Start and end of the window that the values at stamp `t` cover, or `undefined` where they cover none. */
export function boundsOf(
  stamp: StampPosition,
  t: number,
  stepMs: number,
): readonly [number, number] | undefined {
  switch (stamp) {
    case "start":
      return [t, t + stepMs];
    case "centre":
      return [t - stepMs / 2, t + stepMs / 2];
    case "end":
      return [t - stepMs, t];
    case "instant":
      return undefined;
  }
}

/** The window of `boundsOf`, where an instant is its own. */
export function coverageOf(stamp: StampPosition, t: number, stepMs: number): readonly [string, string] {
  const [from, to] = boundsOf(stamp, t, stepMs) ?? [t, t];
  return [formatInstant(from), formatInstant(to)];
}

/** What readers are told of each timestep: the values of `granule_status`, in CF's `flag_values`/`flag_meanings`. */
export const statusFlags = { present: 0, missing: 1, corrupt: 2, pending: 3 } as const;
