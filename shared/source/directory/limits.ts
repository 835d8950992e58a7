import type { SourceOptions } from "../sourceOptions.ts";

export interface DirectoryLimits {
  /** Of one directory. */
  readonly listingFilesMax: number;
  /** Files that are looked at in one go. */
  readonly statsAtOnceMax: number;
  /** What is read in one go. */
  readonly pieceBytes: number;
  /** Until a directory is listed, or a file read: of a disk that is mounted from elsewhere, and does not answer. */
  readonly answerMs: number;
}

export const directoryLimitsDefault: DirectoryLimits = {
  listingFilesMax: 100_000,
  statsAtOnceMax: 64,
  pieceBytes: 1024 * 1024,
  answerMs: 600_000,
};

export interface DirectoryOptions extends SourceOptions {
  readonly limits?: Partial<DirectoryLimits>;
}
