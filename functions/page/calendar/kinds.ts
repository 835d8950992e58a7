import { statusFlags } from "../../../shared/dataset/cf.ts";
import { parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { grouped } from "../ui/format.ts";

/**
 * What the calendar shows of a timestep, by code: the first four are the stored flags. `revised` is present with a granule that
 * the provider has replaced; `unknown` is visible, and its flag has not been read.
 */
export const kinds = ["present", "missing", "corrupt", "pending", "revised", "unknown"] as const;
export type StepKind = (typeof kinds)[number];

export const kindCodes = Object.fromEntries(kinds.map((kind, code) => [kind, code])) as Readonly<
  Record<StepKind, number>
>;

/** A span of several timesteps is shown as the worst of them. */
export const worstFirst: readonly StepKind[] = [
  "corrupt",
  "missing",
  "pending",
  "unknown",
  "revised",
  "present",
];

/**
 * The code of every timestep from the series' start to the last one that is visible or expected. `flags` are those that have
 * been read, which may be of an older or a newer commit than the summary.
 */
export function kindCodesOf(
  { length, revised, failing }: Pick<StatusSummary, "length" | "revised" | "failing">,
  axis: TimeAxis,
  { flags, expected }: { readonly flags: Int8Array; readonly expected: number },
): Uint8Array {
  const visible = Math.max(length, flags.length);
  const codes = new Uint8Array(Math.max(visible, expected + 1)).fill(kindCodes.pending);
  codes.fill(kindCodes.unknown, 0, visible);
  codes.set(flags);
  for (const { time } of revised) {
    const index = axis.indexOf(parseInstant(time) ?? Number.NaN) ?? -1;
    if (codes[index] === statusFlags.present) codes[index] = kindCodes.revised;
  }
  // A corrupt granule that holds back the timesteps after it is shown, though readers see none of them yet.
  for (const { time, status } of failing) {
    const index = axis.indexOf(parseInstant(time) ?? Number.NaN) ?? -1;
    if (status === "corrupt" && codes[index] === kindCodes.pending) codes[index] = kindCodes.corrupt;
  }
  return codes;
}

/** How many timesteps of each kind a range has, and what it is shown as. */
export interface Tally {
  readonly counts: readonly number[];
  readonly worst: StepKind;
  /** The most frequent kind, and the share of the worst, from 0 to 1. */
  readonly most: StepKind;
  readonly worstShare: number;
}

/** The tally of the indices from `first` to before `end`, of which there is at least one. */
export function tally(codes: Uint8Array, first: number, end: number): Tally {
  const counts = new Array<number>(kinds.length).fill(0);
  for (let index = first; index < end; index++) {
    (counts[codes[index] as number] as number)++;
  }
  let [worst, most]: [StepKind | undefined, StepKind] = [undefined, "unknown"];
  for (const kind of worstFirst) {
    const count = counts[kindCodes[kind]] as number;
    if (count > 0) worst ??= kind;
    if (count > (counts[kindCodes[most]] as number)) most = kind;
  }
  worst ??= most;
  return { counts, worst, most, worstShare: (counts[kindCodes[worst]] as number) / Math.max(1, end - first) };
}

/** As in `2 missing, 6 present`: the worst first, without kinds that do not occur. */
export function tallyText({ counts }: Tally): string {
  return worstFirst
    .filter((kind) => counts[kindCodes[kind]])
    .map((kind) => `${grouped(counts[kindCodes[kind]] as number)} ${kind}`)
    .join(", ");
}
