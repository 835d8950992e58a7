import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { GranuleError, SourceError } from "../../errors.ts";
import { type FileState, fileState, undefinedIfAbsent, whyNot } from "./fileState.ts";

/** The state of a regular file, or of the one that a link leads to; `undefined` if there is none. Throws a `SourceError` (`transfer`). */
export async function stateOf(path: string): Promise<FileState | undefined> {
  try {
    const found = await stat(path, { bigint: true }).catch(undefinedIfAbsent);
    return found?.isFile() ? fileState(found) : undefined;
  } catch (cause) {
    throw failure(path, cause);
  }
}

/**
 * All of a file; `undefined` if it is gone. Throws a `GranuleError`: `tooLarge` where it is larger than `bytesMax`, `transfer` where it is
 * not of that version, before or after it was read. Throws a `SourceError` (`transfer`) where it cannot be read.
 */
export async function readWhole(
  path: string,
  version: string,
  { bytesMax, pieceBytes }: { readonly bytesMax: number; readonly pieceBytes: number },
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined;
  try {
    // Whoever opens a pipe that has taken the file's place would wait for its other end.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(undefinedIfAbsent);
    if (!file) return undefined;
    const { sizeBytes } = await unchanged(file, path, version);
    if (sizeBytes > bytesMax)
      throw new GranuleError("tooLarge", `file://${path}: is larger than ${bytesMax} bytes`);
    const bytes = await piecesOf(file, sizeBytes, pieceBytes, signal);
    await unchanged(file, path, version);
    return bytes;
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof GranuleError ? cause : failure(path, cause);
  } finally {
    await file?.close();
  }
}

async function unchanged(file: FileHandle, path: string, version: string): Promise<FileState> {
  const found = await file.stat({ bigint: true });
  const state = fileState(found);
  if (found.isFile() && state.version === version) return state;
  throw new GranuleError("transfer", `file://${path}: was changed while it was read`, { mayGrow: true });
}

/** What a file that became shorter no longer has stays zero: its state has changed then. */
async function piecesOf(
  file: FileHandle,
  sizeBytes: number,
  pieceBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(bytes, at, Math.min(pieceBytes, sizeBytes - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes;
}

function failure(path: string, cause: unknown): SourceError {
  return new SourceError("transfer", `file://${path}: ${whyNot(cause)}`, { cause });
}
