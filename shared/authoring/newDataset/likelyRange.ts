import { integerRange, itemBytes } from "../../dataset/values.ts";
import { missingOf } from "../../format/flatBinary/fieldValues.ts";
import type { Block } from "../../format/flatBinary/spec.ts";
import type { Read } from "../inspect/scoreLayout.ts";

/** So many times as far as those of one granule may the values of others go beyond it: it may be one of a calm day. */
const farther = 10;
/** What is larger is no quantity, but bytes that are read in the wrong order. */
const quantityMost = 1e30;
const digitsShown = 2;
const digitsKept = 12;

/**
 * A range, in the units that the block's scale makes, well around `count` values of a field, without what means missing. Where
 * zero is the least it stays so. `undefined` where nothing speaks for any: single bytes have no order that could be wrong, and
 * what reaches as far as its type tells nothing apart.
 */
export function likelyRange(read: Read, count: number, block: Block): readonly [number, number] | undefined {
  const { type, scale = 1, missing } = block;
  const limits = integerRange[type];
  const [least, greatest] = extremes(read, count, block);
  const span = greatest > least ? greatest - least : Math.abs(greatest);
  if (itemBytes[type] === 1 || !(span > 0)) return undefined;
  const finest = limits ? 1 : 0;
  let lowest = least === 0 ? 0 : roundedDown(least - farther * span, finest);
  let highest = -roundedDown(-(greatest + farther * span), finest);
  if (limits) {
    if (missing !== undefined && missing > least && missing < greatest) return undefined;
    lowest = Math.max(lowest, missing !== undefined && missing < least ? missing + 1 : limits[0]);
    highest = Math.min(highest, missing !== undefined && missing > greatest ? missing - 1 : limits[1]);
    if (lowest <= limits[0] + 1 && highest >= limits[1] - 1) return undefined;
  }
  const range = [inUnits(lowest, scale), inUnits(highest, scale)] as const;
  return range.every((bound) => Math.abs(bound) <= quantityMost) ? range : undefined;
}

/** The range in other units of the same stored values. */
export function rescaledRange(
  [lowest, highest]: readonly [number, number],
  before: number,
  scale: number,
): readonly [number, number] {
  return [inUnits(lowest * before, scale), inUnits(highest * before, scale)];
}

/** The least and the greatest of `count` stored values that do not mean missing; not finite where there is none. */
export function extremes(read: Read, count: number, block: Block): readonly [number, number] {
  const missing = missingOf(block);
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = read(i);
    if (value === missing || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

/** To two digits, or to whole multiples of `finest`. */
function roundedDown(value: number, finest: number): number {
  if (value === 0) return 0;
  const place = Math.max(finest, 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digitsShown));
  return Number((Math.floor(value / place) * place).toPrecision(digitsKept));
}

/** The decimal that a person would write. */
function inUnits(stored: number, scale: number): number {
  return Number((stored / scale).toPrecision(digitsKept));
}
