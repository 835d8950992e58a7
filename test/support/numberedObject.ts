import assert from "node:assert/strict";

/** An object that says which one it is at every place, so that a torn or mixed one shows. Lengths differ too. */
export function numberedObject(number: number, extraWords = 0): Uint8Array {
  return new Uint8Array(new Uint32Array(wordsOf(number) + extraWords).fill(number).buffer);
}

/** The number of a `numberedObject`. Throws unless it is whole. */
export function numberIn(bytes: Uint8Array, extraWords = 0): number {
  assert.equal(bytes.length % 4, 0, `${bytes.length} bytes are not whole words`);
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  const number = words[0] as number;
  assert.equal(words.length, wordsOf(number) + extraWords, `object ${number} has another length`);
  assert.ok(
    words.every((word) => word === number),
    `object ${number} holds parts of another`,
  );
  return number;
}

function wordsOf(number: number): number {
  return 100 + ((number * 37) % 900);
}
