import { type BigIntStats, statSync, utimesSync } from "node:fs";
import type { Generation } from "../store.ts";
import { isCode } from "./failure.ts";

/** The file at `path`; a folder there is no object. */
export function fileAt(path: string): BigIntStats | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found?.isFile() ? found : undefined;
  } catch (cause) {
    if (isCode(cause, "ENOTDIR")) return undefined;
    throw cause;
  }
}

export function generationOf({
  ino,
  mtimeNs,
}: {
  readonly ino: bigint;
  readonly mtimeNs: bigint;
}): Generation {
  return `${mtimeNs}-${ino}`;
}

/** Moves the file's time of change past `thanNs`, where it is not already: by a little, or as the file system's clock ticks. */
export function makeLater(path: string, thanNs: bigint): void {
  for (const microseconds of [2n, 1_000_000n, 2_000_000n]) {
    if (statSync(path, { bigint: true }).mtimeNs > thanNs) return;
    const seconds = Number(thanNs / 1000n + microseconds) / 1e6;
    utimesSync(path, seconds, seconds);
  }
}
