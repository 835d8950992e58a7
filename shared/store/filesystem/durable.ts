import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** On the disk before it can be seen, so that a power cut leaves no metadata ahead of its chunks. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * A power cut takes a name that its directory was not synced with, so also a directory that was just made, by whatever
 * process. Those of the root are looked after once: nobody removes any.
 */
export function createSyncPlace(root: string): (target: string) => Promise<void> {
  /** Directories that no power cut takes any more. */
  const kept = new Set<string>();
  return async function syncPlace(target: string): Promise<void> {
    const directory = dirname(resolve(target));
    await syncDirectory(directory);
    const made: string[] = [];
    for (let at = directory; at !== resolve(root) && !kept.has(at); at = dirname(at)) made.push(at);
    for (const path of made) await syncDirectory(dirname(path));
    for (const path of made) kept.add(path);
  };
}
