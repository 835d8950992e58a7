import { parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import { type Freshness, freshness } from "../../../shared/status/freshness.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { counted, span } from "../../runtime/log/humanText.ts";
import type { Clock } from "../server/clock.ts";
import { countdown } from "../ui/format.ts";

/** How a dataset is at this moment, or how it was at an instant of the wall clock: when it was seen last. */
export function freshnessNow(status: StatusSummary, clock: Clock, at = clock.now()): Freshness {
  return freshness(status, clock.asOf() - (clock.now() - at), at);
}

/** What is lacking against what is expected by now. */
export function lackingText(
  { length }: StatusSummary,
  { expected_through }: Freshness,
  axis: TimeAxis,
): string {
  const expected = parseInstant(expected_through ?? "");
  if (expected === undefined) return "nothing is expected yet";
  const lacking = Math.round((expected - axis.start) / axis.stepMs) + 1 - length;
  if (lacking <= 0) return "nothing expected is lacking";
  return `${counted(lacking, "timestep")} behind what is expected`;
}

/** When the next granule is expected, as a running clock. `asOf` in milliseconds since 1970 UTC. */
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
