import type { Field } from "../../../shared/authoring/inspect/fields.ts";
import { type Moments, percentilesShown } from "../../../shared/authoring/inspect/statistics.ts";
import { type ColourDepth, drawn, missingMark, type Range, scaleLine } from "./pictureBlocks.ts";
import { framed } from "./pictureFrame.ts";

const significantDigits = 6;
const [lowPercent, highPercent] = [1, 99] as const;

/** One field of a granule: what it is, its statistics in its units, and a picture. */
export function fieldLines(field: Field, depth: ColourDepth): string[] {
  const { array, storedAs, isThere, shape, statistics, picture } = field;
  const { units = "1" } = array.attributes;
  const type = storedAs === array.dtype ? array.dtype : `${array.dtype} from ${storedAs}`;
  const title = `${array.name}: ${array.attributes.long_name ?? ""}, ${type}, ${shape.join(" × ")}${units === "1" ? "" : `, in ${units}`}`;
  if (!isThere) return [title, "  the granule does not have it: all of it is missing"];
  const { count, missing, infinite, moments } = statistics;
  const infinities = infinite > 0 ? `, ${infinite} infinite` : "";
  const counts = `  ${count} values, ${missing} missing (${shareText(missing, count)})${infinities}`;
  if (!moments) return [title, counts];
  const range = rangeOf(moments);
  const ends = [
    numberText(range.low),
    `${numberText(range.high)}${units === "1" ? "" : ` ${units}`}`,
  ] as const;
  const isCut = range.low > moments.min || range.high < moments.max;
  const notes = [isCut ? `${lowPercent} % to ${highPercent} %` : "", missing > 0 ? missingMark(depth) : ""];
  const note = notes.filter(Boolean).join("; ");
  return [
    title,
    counts,
    ...momentsLines(moments).map((line) => `  ${line}`),
    ...framed(picture, drawn(picture, range, depth)).map((line) => `  ${line}`),
    `  ${scaleLine(range, ends, depth)}${note && `  (${note})`}`,
  ];
}

/** To six significant digits. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(significantDigits)));
}

function momentsLines({ min, max, mean, standardDeviation, percentiles }: Moments): string[] {
  const [least, most, middle, spread] = [min, max, mean, standardDeviation].map(numberText);
  return [
    `min ${least}, max ${most}, mean ${middle}, standard deviation ${spread}`,
    percentilesShown.map((percent, i) => `${percent} % ${numberText(percentiles[i] as number)}`).join(", "),
  ];
}

/** What a picture tells apart: all but the outermost values, of which one may outshine the rest. */
function rangeOf({ min, max, percentiles }: Moments): Range {
  const at = (percent: (typeof percentilesShown)[number]) =>
    percentiles[percentilesShown.indexOf(percent)] as number;
  const [low, high] = [at(lowPercent), at(highPercent)];
  return low < high ? { low, high } : { low: min, high: max };
}

function shareText(part: number, all: number): string {
  return `${numberText(Number(((100 * part) / Math.max(1, all)).toFixed(2)))} %`;
}
