/** What the sizes of files that are alike are like, in bytes. */
export interface Sizes {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
  /** Whether a size is far from all others: a file that is cut short, or another thing. */
  isOutlier(sizeBytes: number): boolean;
}

/** Sizes of the same thing differ by less. */
const factorUsual = 2;
/** So many times as far from the median as most are. */
const spreadFactor = 5;

/** `undefined` where no size is known. */
export function sizesOf(known: readonly number[]): Sizes | undefined {
  const sorted = [...known].sort((one, other) => one - other);
  const [least, median, greatest] = [sorted[0], middleOf(sorted), sorted.at(-1)];
  if (least === undefined || median === undefined || greatest === undefined) return undefined;
  const distance = (bytes: number) => Math.abs(Math.log((bytes + 1) / (median + 1)));
  const usual = middleOf(sorted.map(distance).sort((one, other) => one - other)) ?? 0;
  const most = Math.max(Math.log(factorUsual), spreadFactor * usual);
  return { least, median, greatest, isOutlier: (bytes) => distance(bytes) > most };
}

export function middleOf(sorted: readonly number[]): number | undefined {
  return sorted[sorted.length >> 1];
}
