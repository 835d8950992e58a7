import {
  fixedAxis,
  formatInstant,
  parseDuration,
  parseInstant,
  type TimeAxis,
} from "../../../shared/dataset/timeAxis.ts";
import type { DatasetStatus } from "../../runtime/datasetStatus.ts";
import { counted } from "../../runtime/log/humanText.ts";
import type { Ansi, Style } from "./ansi.ts";

/** What of a status tells of every visible timestep. */
export type Covered = Pick<DatasetStatus, "start" | "step" | "length" | "gaps" | "revised" | "failing">;

interface Look {
  readonly status: string;
  readonly character: string;
  readonly style: Style;
  readonly means?: string;
}

/** How a timestep may be, the worst last: where several share a character, the worst is shown. */
const looks = [
  { status: "present", character: "█", style: "green" },
  { status: "revised", character: "▓", style: "cyan" },
  { status: "failing", character: "▒", style: "yellow", means: "failing: the old values stand" },
  { status: "pending", character: "░", style: "yellow" },
  { status: "missing", character: "·", style: "red" },
  { status: "corrupt", character: "✕", style: "red" },
] as const satisfies readonly Look[];

/** Of what nobody knows: as bad as can be. */
const rankOf = (status: string) => {
  const rank = looks.findIndex((look) => look.status === status);
  return rank < 0 ? looks.length - 1 : rank;
};

/** A run of neighbouring visible timesteps of one status. Instants are ISO 8601, UTC. */
export interface CoverageRun {
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly timesteps: number;
}

/** All visible timesteps as runs, in order. */
export function coverageRuns(covered: Covered): CoverageRun[] {
  const ranks = ranksOf(covered);
  const axis = axisOf(covered);
  const runs: CoverageRun[] = [];
  for (let first = 0, next: number; first < ranks.length; first = next) {
    const rank = ranks[first] as number;
    for (next = first + 1; next < ranks.length && ranks[next] === rank; ) next++;
    const [from, to] = [first, next - 1].map((index) => formatInstant(axis.at(index))) as [string, string];
    runs.push({ from, to, status: looks[rank]?.status ?? "present", timesteps: next - first });
  }
  return runs;
}

/**
 * The visible timesteps as one line of characters at most `columns` long, each a span of equally many and as the worst of
 * them; below it the first and last time, and what the characters mean. No lines where nothing is visible.
 */
export function coverageLines(covered: Covered, columns: number, ansi: Ansi): string[] {
  const ranks = ranksOf(covered);
  if (ranks.length === 0) return [];
  const span = Math.ceil(ranks.length / Math.max(1, columns));
  const cells = Array.from({ length: Math.ceil(ranks.length / span) }, (_, cell) =>
    Math.max(...ranks.subarray(cell * span, (cell + 1) * span)),
  );
  const lookOf = (rank: number): Look => looks[rank] ?? looks[0];
  const strip = runsOf(cells).map(([rank, count]) =>
    ansi(lookOf(rank).style, lookOf(rank).character.repeat(count)),
  );
  const seen = [...new Set(cells)].sort((a, b) => a - b).map(lookOf);
  const legend = seen.map(
    (look) => `${ansi(look.style, look.character)} ${"means" in look ? look.means : look.status}`,
  );
  return [
    strip.join(""),
    ends(covered, cells.length),
    `${legend.join("  ")}  (${counted(span, "timestep")} a character)`,
  ];
}

/** First and last time at both ends of the strip, or as close as they fit. */
function ends(covered: Covered, width: number): string {
  const axis = axisOf(covered);
  const [first, last] = [0, covered.length - 1].map((index) => formatInstant(axis.at(index))) as [
    string,
    string,
  ];
  if (covered.length === 1) return first;
  const gap = width - first.length - last.length;
  return gap > 1 ? `${first}${" ".repeat(gap)}${last}` : `${first} to ${last}`;
}

/** Of each visible timestep, the place of its status among `looks`. */
function ranksOf(covered: Covered): Uint8Array {
  const { length, gaps, revised, failing } = covered;
  const axis = axisOf(covered);
  const ranks = new Uint8Array(length);
  const mark = (from: string, to: string, status: string) => {
    const [first, last] = [from, to].map((text) => axis.indexOf(parseInstant(text) ?? Number.NaN));
    if (first === undefined || last === undefined) return;
    const rank = rankOf(status);
    for (let index = first; index <= last && index < length; index++)
      ranks[index] = Math.max(ranks[index] as number, rank);
  };
  for (const { time } of revised) mark(time, time, "revised");
  for (const { time, status } of failing) if (status === "present") mark(time, time, "failing");
  for (const { from, to, status } of gaps) mark(from, to, status);
  return ranks;
}

function axisOf({ start, step }: Covered): TimeAxis {
  return fixedAxis({ start: parseInstant(start) as number, stepMs: parseDuration(step) as number });
}

function runsOf(cells: readonly number[]): [rank: number, count: number][] {
  const runs: [number, number][] = [];
  for (const rank of cells) {
    const run = runs.at(-1);
    if (run?.[0] === rank) run[1]++;
    else runs.push([rank, 1]);
  }
  return runs;
}
