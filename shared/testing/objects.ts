import assert from "node:assert/strict";
import { ABSENT, type Generation, type ObjectHeaders, type Store } from "../store/store.ts";
import { neverAborted as never } from "./neverAborted.ts";

export const headers: ObjectHeaders = {
  contentType: "application/octet-stream",
  cacheControl: "no-cache",
};
export const text = (content: string) => new TextEncoder().encode(content);

/** Puts what is expected to be written; returns its generation. */
export async function written(
  store: Store,
  key: string,
  bytes: Uint8Array,
  ifGenerationMatch: Generation = ABSENT,
): Promise<Generation> {
  const result = await store.put(key, bytes, ifGenerationMatch, headers, never);
  assert.ok(result.outcome === "written", `put ${key} on ${ifGenerationMatch} was refused`);
  return result.generation;
}

export const unusableKeys: Readonly<Record<string, string>> = {
  empty: "",
  absolute: "/etc/passwd",
  "up and out": "../outside",
  "up and out from within": "a/../../outside",
  "up at the end": "a/..",
  "this folder": "./a",
  "this folder within": "a/./b",
  "an empty segment": "a//b",
  "a slash at the end": "a/b/",
  "slashes at the end": "a/b//",
  NUL: "a\0b",
  "a line break": "a\nb",
  "a backslash": "a\\b",
  "1025 bytes": `${"abcd/".repeat(204)}abcde`,
  "1026 bytes in fewer letters": `${"é/é".repeat(205)}a`,
  "half a letter of UTF-16": "a/\ud83d",
  "a segment of 256 bytes": `a/${"é".repeat(128)}`,
};
