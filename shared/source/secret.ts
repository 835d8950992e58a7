/** Shorter ones are struck out as whole words only: they would blot out half of every text otherwise. */
const wordCharactersMax = 3;
const struck = "***";

/**
 * What strikes a secret out of a text: `***` stands in its place, however it is written there (in upper or lower case, percent-encoded
 * in whole or in part). To be applied before a text is shortened: half a secret is no longer found.
 */
export function strikerOf(secret: string): (text: string) => string {
  if (secret === "") return (text) => text;
  const characters = [...secret];
  const written = characters.map((character) => `(?:${encoded(character)}|${escaped(character)})`).join("");
  const isWord = characters.length <= wordCharactersMax;
  const form = new RegExp(isWord ? `(?<![\\p{L}\\p{N}])${written}(?![\\p{L}\\p{N}])` : written, "giu");
  return (text) => text.replace(form, struck);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** With `+` for a space, as forms write it. */
function encoded(character: string): string {
  const bytes = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  return character === " " ? `${bytes}|\\+` : bytes;
}
