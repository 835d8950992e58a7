import { join } from "node:path";
import { reasonOf, StorageError } from "../../errors.ts";

export function isCode(thrown: unknown, ...codes: string[]): boolean {
  return thrown instanceof Error && "code" in thrown && codes.includes(String(thrown.code));
}

const remedies: Readonly<Record<string, string>> = {
  ENOENT: "no directory can be made here; choose another --store",
  ENOSPC: "the disk is full; free some space and run again, nothing is lost",
  EDQUOT: "the disk quota is used up; free some space and run again, nothing is lost",
  EACCES: "permission denied; choose a --store that you may read and write",
  EPERM: "permission denied; choose a --store that you may read and write",
  EROFS: "the file system is read-only; choose a --store that can be written",
  ENOTDIR: "a part of this path is a file, not a directory; choose another --store",
  EEXIST: "a part of this path is a file, not a directory; choose another --store",
  EISDIR: "other objects are stored below this key",
};

export function failure(operation: string, root: string, key: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new StorageError(operation, join(root, key), remedies[code] ?? reasonOf(cause), { cause });
}
