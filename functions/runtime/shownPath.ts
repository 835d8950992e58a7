import { relative } from "node:path";

/** A path as people are shown it: short where it lies below the directory that the command runs in. */
export function shownPath(path: string): string {
  const short = relative("", path);
  return short.startsWith("..") ? path : short || ".";
}
