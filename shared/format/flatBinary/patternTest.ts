import { arrayTypes, itemBytes } from "../../dataset/values.ts";
import { rangeCheckOf } from "./rangeJudge.ts";
import { remembered } from "./remembered.ts";

/** Eight bytes are looked at at once. */
export const wordBytes = BigUint64Array.BYTES_PER_ELEMENT;
export const patternBytes = Uint16Array.BYTES_PER_ELEMENT;

/** What is known of the bit patterns of blocks of one or two bytes a value, by two bytes as they are read from the file. */
export interface PatternTest {
  /** 1 for each pattern that holds a value that is outside. */
  readonly outside: Uint8Array;
  /** A word whose bits under `mask` are these holds no value that is outside; `undefined` where there are no such bits. */
  readonly inside: { readonly mask: bigint; readonly bits: bigint } | undefined;
}

/** A loop that most values pass in four words at a time. */
export function placeInPatterns(
  bytes: Uint8Array,
  { outside, inside }: PatternTest,
  first: number,
  last: number,
): number | undefined {
  const patterns = new Uint16Array(bytes.buffer, bytes.byteOffset, last);
  if (!inside) return placeAmong(patterns, outside, first, last);
  const { mask, bits } = inside;
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, Math.floor(last / 4));
  const begin = Math.min(last, 4 * Math.ceil(first / 4));
  const early = placeAmong(patterns, outside, first, begin);
  if (early !== undefined) return early;
  let at = begin / 4;
  for (; at + 4 <= words.length; at += 4) {
    // In one piece, and said to be 64 bits wide: else each would be made a number of any length first.
    const others = BigInt.asUintN(
      64,
      (((words[at] as bigint) ^ bits) |
        ((words[at + 1] as bigint) ^ bits) |
        ((words[at + 2] as bigint) ^ bits) |
        ((words[at + 3] as bigint) ^ bits)) &
        mask,
    );
    if (others === 0n) continue;
    const place = placeAmong(patterns, outside, 4 * at, 4 * at + 16);
    if (place !== undefined) return place;
  }
  return placeAmong(patterns, outside, Math.max(first, Math.min(last, 4 * at)), last);
}

function placeAmong(
  patterns: Uint16Array,
  outside: Uint8Array,
  start: number,
  end: number,
): number | undefined {
  for (let i = start; i < end; i++) if (outside[patterns[i] as number] === 1) return i;
  return undefined;
}

export const patternTest = remembered((byteOrder, block, array, negated): PatternTest => {
  const valueBits = 8 * itemBytes[block.type];
  const isSwapped = valueBits === 16 && byteOrder === "big";
  /** The file's pattern of a value's own bits. */
  const inFile = (bits: number) => (isSwapped ? ((bits & 0xff) << 8) | (bits >>> 8) : bits);
  const isOutside = rangeCheckOf(block, array);
  const single = new Uint8Array(2 ** valueBits);
  const native = valueBits === 8 ? new Uint8Array(single.length) : new Uint16Array(single.length);
  const stored = new arrayTypes[block.type](native.buffer);
  for (let bits = 0; bits < single.length; bits++) native[bits] = bits;
  for (let bits = 0; bits < single.length; bits++)
    single[inFile(bits)] = isOutside(stored[bits] as number, negated) ? 1 : 0;
  const outside = valueBits === 16 ? single : new Uint8Array(2 ** 16);
  if (valueBits === 8)
    for (let pair = 0; pair < outside.length; pair++)
      outside[pair] = (single[pair & 0xff] as number) | (single[pair >>> 8] as number);

  const isInside = (first: number, count: number) => {
    for (let bits = first; bits < first + count; bits++) if (single[inFile(bits)] === 1) return false;
    return true;
  };
  const inWord = (bits: number) =>
    BigInt(inFile(bits)) * (valueBits === 8 ? 0x0101010101010101n : 0x0001000100010001n);
  // The most values that share their uppermost bits and are all inside. Under a `negated` rule most are negative, and
  // those have the highest patterns.
  for (let count = single.length; count >= 1; count /= 2) {
    for (let block = 0; block < single.length; block += count) {
      const first = negated ? single.length - count - block : block;
      if (isInside(first, count))
        return { outside, inside: { mask: inWord(single.length - count), bits: inWord(first) } };
    }
  }
  return { outside, inside: undefined };
});
