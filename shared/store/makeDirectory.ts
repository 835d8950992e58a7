import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory and all that are missing above it, and returns the first of those that it made; `undefined` where it was
 * there already. Throws the system's error where there can be none. Node's own recursive mkdir never ends where an existing directory
 * refuses to hold another, as those of /proc do.
 */
export function makeDirectory(path: string): string | undefined {
  const found = tryMaking(path);
  if (found !== "parentMissing") return found === "made" ? path : undefined;
  const first = makeDirectory(dirname(path));
  // Where the parent was there after all, making it once more throws what is wrong.
  if (tryMaking(path) === "parentMissing") mkdirSync(path);
  return first ?? path;
}

/** Throws where there can never be a directory; the parent may only seem to be missing. */
function tryMaking(path: string): "made" | "there" | "parentMissing" {
  try {
    mkdirSync(path);
    return "made";
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EEXIST" && statSync(path).isDirectory()) return "there";
    if (code === "ENOENT" && dirname(path) !== path) return "parentMissing";
    throw cause;
  }
}
