import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory and all that are missing above it; one that is there already is fine. Throws the system's error where there
 * can be none. Node's own recursive mkdir never ends where an existing directory refuses to hold another, as those of /proc do.
 */
export function makeDirectory(path: string): void {
  if (isMade(path)) return;
  makeDirectory(dirname(path));
  if (!isMade(path)) mkdirSync(path);
}

/** Whether the directory is there now. Throws where it can never be; false where its parent is missing, or seems to be. */
function isMade(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EEXIST" && statSync(path).isDirectory()) return true;
    if (code === "ENOENT" && dirname(path) !== path) return false;
    throw cause;
  }
}
