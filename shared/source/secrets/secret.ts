/** Shorter ones are struck out as whole words only: they would blot out half of every text otherwise. */
const wordCharactersMax = 3;
const struck = "***";

/** A character with what stands before it and quotes: that is itself written twice, or behind a backslash, within quotes. */
const pieces = /([\\"']*)([^\\"']|$)/gsu;
const quoting = ["\\", '"', "'"];

/**
 * What strikes a secret out of a text: `***` stands in its place, however it is written there (in upper or lower case, percent-encoded
 * in whole or in part, escaped as in JSON, with quotes doubled). To be applied before a text is shortened: half a secret is no
 * longer found.
 */
export function strikerOf(secret: string): (text: string) => string {
  if (secret === "") return (text) => text;
  const written = secret.replace(pieces, writtenPiece);
  const isWord = [...secret].length <= wordCharactersMax;
  const form = new RegExp(isWord ? `(?<![\\p{L}\\p{N}])${written}(?![\\p{L}\\p{N}])` : written, "giu");
  return (text) => text.replace(form, struck);
}

/**
 * Of what quotes, as many to twice as many stand for it, and one more for the character's own backslash. An escape for each would
 * take for ever, to divide a long run in all ways.
 */
function writtenPiece(_piece: string, { length }: string, character: string): string {
  if (length === 0 && character === "") return "";
  const quotes = `(?:${quoting.map(waysOf).join("|")}){${length},${2 * length + 1}}`;
  return `${length === 0 ? "\\\\?" : quotes}${character && `(?:${waysOf(character)})`}`;
}

function waysOf(character: string): string {
  return `${encoded(character)}|${inJson(character)}|${escaped(character)}`;
}

/** `\uXXXX`, twice beyond the first plane. */
function inJson(character: string): string {
  const units = character.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\\\u${unit}`).join("");
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** With `+` for a space, as forms write it. */
function encoded(character: string): string {
  const bytes = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  return character === " " ? `${bytes}|\\+` : bytes;
}
