import type { BigIntStats } from "node:fs";

/** What a file system says of a file. */
export interface FileState {
  readonly sizeBytes: number;
  /** The time of change in nanoseconds, and the size. */
  readonly version: string;
  /** `null` at 1970 itself and before: the time of what nobody gave one. */
  readonly modifiedAt: number | null;
}

export function fileState({ mtimeNs, size }: BigIntStats): FileState {
  const modifiedAt = Number(mtimeNs / 1_000_000n);
  return {
    sizeBytes: Number(size),
    version: `${mtimeNs}-${size}`,
    modifiedAt: modifiedAt > 0 ? modifiedAt : null,
  };
}

/** For what a call rejects with where nothing is there: also below what is a file, or behind links that lead nowhere. Throws all else. */
export function undefinedIfAbsent(cause: unknown): undefined {
  if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(codeOf(cause))) throw cause;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EIO: "the disk cannot be read",
  ESTALE: "the disk that is mounted there has changed",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENAMETOOLONG: "the path is too long",
};

/** Why a file system could not do what was asked, in words. */
export function whyNot(cause: unknown): string {
  const code = codeOf(cause);
  return reasons[code] ?? (code || "cannot be read");
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
