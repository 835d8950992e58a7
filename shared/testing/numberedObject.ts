import assert from "node:assert/strict";
import { ABSENT, type Store } from "../store/store.ts";
import { neverAborted as never } from "./neverAborted.ts";
import { headers } from "./objects.ts";

const triesMax = 10_000;

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

/** Replaces the numbered object at `key` by the next one, as often as others are quicker. The first is number 1. */
export async function countUp(store: Store, key: string): Promise<void> {
  for (let tries = 0; tries < triesMax; tries++) {
    const found = await store.read(key, never);
    const next = numberedObject(found ? numberIn(found.bytes) + 1 : 1);
    const { outcome } = await store.put(key, next, found?.generation ?? ABSENT, headers, never);
    if (outcome === "written") return;
  }
  assert.fail(`put ${key} was refused ${triesMax} times`);
}
