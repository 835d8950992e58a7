import { GranuleError } from "../../errors.ts";

const [tab, newline, carriageReturn, blank, tilde] = [0x09, 0x0a, 0x0d, 0x20, 0x7e];
const shownCharactersMax = 40;

/**
 * Reads an ASCII header of `KEY=VALUE` pairs, parted by blanks or newlines and padded to its length with those or NUL. A value
 * may be empty; neither side holds a blank or a `=`. Source of the grammar: G. J. Huffman's documentation of 3B42RT.
 *
 * Throws a `GranuleError` "header" if a byte is not printable ASCII, text follows the padding, a word is not one pair, a key
 * comes again with another value, or there is no pair at all.
 */
export function parseHeader(bytes: Uint8Array): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const word of textOf(bytes).split(/[ \t\r\n]+/)) {
    if (word === "") continue;
    const [key, value, ...more] = word.split("=") as [string, string?, ...string[]];
    if (key === "" || value === undefined || more.length > 0) {
      throw new GranuleError("header", `the header holds ${shown(word)}, which is not one KEY=VALUE`);
    }
    const before = values.get(key);
    if (before !== undefined && before !== value) {
      throw new GranuleError(
        "header",
        `the header says both ${shown(`${key}=${before}`)} and ${shown(`${key}=${value}`)}`,
      );
    }
    values.set(key, value);
  }
  if (values.size === 0) throw new GranuleError("header", "the header is blank");
  return values;
}

/** The text before the first NUL, after which there may be nothing but padding. */
function textOf(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? bytes.length : nul;
  bytes.forEach((byte, i) => {
    if (i < end ? !isText(byte) : byte !== 0 && !isSeparator(byte)) {
      const hex = byte.toString(16).padStart(2, "0");
      const why = i < end || !isText(byte) ? "is not ASCII text" : "follows a NUL";
      throw new GranuleError("header", `byte ${i} of the header, 0x${hex}, ${why}`);
    }
  });
  return new TextDecoder().decode(bytes.subarray(0, end));
}

function isSeparator(byte: number): boolean {
  return byte === blank || byte === newline || byte === carriageReturn || byte === tab;
}

function isText(byte: number): boolean {
  return isSeparator(byte) || (byte > blank && byte <= tilde);
}

function shown(text: string): string {
  return `"${text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text}"`;
}
