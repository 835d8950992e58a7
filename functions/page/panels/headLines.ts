import { parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { type Freshness, freshness } from "../../../shared/status/freshness.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { counted, span } from "../../runtime/log/humanText.ts";
import type { Clock } from "../server/clock.ts";
import { countdown } from "../ui/format.ts";

/** The freshness of a dataset now, or at an instant of the wall clock: when its status was fetched last. */
export function freshnessNow(status: StatusSummary, clock: Clock, at = clock.now()): Freshness {
  return freshness(status, clock.asOf() - (clock.now() - at), at);
}

/** How far a dataset is behind what is expected by now. */
export function behindText(
  { length }: StatusSummary,
  { expected_through }: Freshness,
  axis: TimeAxis,
): string {
  const expected = parseInstant(expected_through ?? "");
  if (expected === undefined) return "nothing is expected yet";
  const behind = Math.round((expected - axis.start) / axis.stepMs) + 1 - length;
  if (behind <= 0) return "not behind what is expected";
  return `${counted(behind, "timestep")} behind what is expected`;
}

/** When the next granule is expected, as a countdown. `asOf` in milliseconds since 1970 UTC. */
export function nextText(
  { next }: Freshness,
  asOf: number,
): { readonly label: string; readonly text: string } {
  if (next === null) return { label: "Next granule", text: "none: the series has ended" };
  const ms = (parseInstant(next.expected_at) ?? asOf) - asOf;
  return ms >= 0
    ? { label: "Next granule expected in", text: countdown(ms) }
    : { label: "Next granule overdue by", text: countdown(-ms) };
}

/** How old the last visible timestep is. */
export function lagText({ lag_seconds }: Freshness): string {
  return lag_seconds === null ? "nothing is visible yet" : span(lag_seconds * 1000);
}
