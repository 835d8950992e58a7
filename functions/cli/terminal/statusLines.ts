import type { FreshnessState } from "../../../shared/status/freshness.ts";
import type { DatasetStatus } from "../../runtime/datasetStatus.ts";
import { span } from "../../runtime/log/humanText.ts";
import type { Ansi, Style } from "./ansi.ts";
import { coverageLines } from "./coverageStrip.ts";

const gapsShownMax = 20;

const stateStyles: Readonly<Record<FreshnessState, Style>> = {
  current: "green",
  ended: "green",
  backfilling: "cyan",
  late: "yellow",
  stalled: "red",
};

/** A status in words for people, as of instant `asOf` in milliseconds since 1970 UTC. */
export function statusLines(status: DatasetStatus, asOf: number, columns: number, ansi: Ansi): string[] {
  const { state, lag_seconds: lagSeconds } = status;
  const lag = lagSeconds === null ? "nothing is visible yet" : `${span(lagSeconds * 1000)} behind`;
  return [
    `${status.dataset}: ${status.title}`,
    `length         ${status.length} timesteps from ${status.start}`,
    `valid through  ${status.valid_through ?? "-"}`,
    `state          ${ansi(stateStyles[state], state)}, ${lag}; expected through ${status.expected_through ?? "-"}`,
    `why            ${status.why}`,
    `next           ${nextText(status, asOf)}`,
    `committed      ${status.committed_at ?? "-"} (commit ${status.commit_seq})`,
    ...coverageLines(status, columns, ansi),
    ...gapLines(status),
    ...revisedLines(status),
    ...failingLines(status, ansi),
  ];
}

function nextText({ next }: DatasetStatus, asOf: number): string {
  if (!next) return "-";
  const ms = Date.parse(next.expected_at) - asOf;
  const when = ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
  return `${next.time}, expected at ${next.expected_at} (${when})`;
}

function gapLines({ gaps, gap_count: count }: DatasetStatus): string[] {
  const more = gaps.length - gapsShownMax;
  return [
    `gaps           ${count}`,
    ...gaps
      .slice(0, gapsShownMax)
      .map(({ from, to, status }) => `  ${from === to ? from : `${from} to ${to}`}  ${status}`),
    ...(more > 0 ? [`  and ${more} more; --json lists them all`] : []),
  ];
}

function revisedLines({ revised }: DatasetStatus): string[] {
  const line = ({ time, revision, ingested_at: at }: DatasetStatus["revised"][number]) =>
    `  ${time}  ${revision === 1 ? "once" : `${revision} times`}, last ingested ${at}`;
  return revised.length > 0 ? ["revised", ...revised.map(line)] : [];
}

function failingLines({ failing }: DatasetStatus, ansi: Ansi): string[] {
  const line = ({
    time,
    status,
    fault,
    reason,
    attempts,
    next_try_at: at,
  }: DatasetStatus["failing"][number]) =>
    `  ${time}  ${ansi("red", `${status}, ${fault}: ${reason}`)} (attempt ${attempts}, next try ${at})`;
  return failing.length > 0 ? ["failing", ...failing.map(line)] : [];
}
