import type { ListedFile } from "../listed.ts";

/** An object as a listing has it: by its whole key, with its exact size and date. */
export interface ListedObject extends Required<Omit<ListedFile, "name" | "shownName">> {
  readonly key: string;
}

/** What one request lists. */
export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** What longer keys begin with, up to the next slash. */
  readonly prefixes: readonly string[];
  /** What asks for the next page; absent with the last. */
  readonly next?: string;
}

/** A size in bytes; `undefined` for what is none. */
export function sizeOf(text: unknown): number | undefined {
  const size = typeof text === "string" && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** Milliseconds since 1970 UTC of `2026-11-30T12:00:00.000Z`; `undefined` for what is none. */
export function instantOf(text: unknown): number | undefined {
  const at = typeof text === "string" && instant.test(text) ? Date.parse(text) : Number.NaN;
  return at >= 0 ? at : undefined;
}
