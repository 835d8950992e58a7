import { closeSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { StorageError } from "../../errors.ts";
import { makeDirectory } from "../makeDirectory.ts";
import { createMutex } from "../mutex.ts";
import {
  ABSENT,
  assertKey,
  assertPrefix,
  type DeleteResult,
  type Generation,
  type PutResult,
  type Store,
} from "../store.ts";
import { createSyncPlace, writeDurably } from "./durable.ts";
import { failure, isCode } from "./failure.ts";
import { fileAt, generationOf, makeLater } from "./generation.ts";
import { assertInside } from "./inside.ts";

/** Where the store keeps what is not an object: the mutex, and files that are still being written. */
const privateDirectory = ".accrete";
/** An unfinished file this old was left by a process that died. */
const leftoverMs = 60 * 60 * 1000;
/** Of an open object that is read. */
const pieceBytes = 64 * 1024;

/**
 * Objects as plain files below `root`, so that any Zarr reader opens them. Safe between processes on one machine.
 *
 * An object's generation is its file's inode and time of change. A put writes a file of its own to the end, then, under a
 * mutex, compares the generation and renames. The new file's time is made later than the old one's, and than that of every
 * deleted object, so that no generation of a key ever comes back, however fast the writes and however coarse the file
 * system's clock.
 *
 * A key that a symbolic link leads out of `root` is refused, as one with `..` in it is; `root` itself may be reached by links.
 */
export function createFilesystemStore(root: string, newId: () => string): Store {
  const mutexFile = join(root, privateDirectory, "mutex");
  const mutex = createMutex(mutexFile);
  const unfinished = join(root, privateDirectory, "unfinished");
  /** An empty file whose time is no earlier than that of any deleted object. */
  const lastDeleted = join(root, privateDirectory, "deleted");
  const syncPlace = createSyncPlace(root);
  let prepared: Promise<void> | undefined;

  function assertOwnInside(operation: string): void {
    for (const path of [mutexFile, unfinished, lastDeleted]) assertInside(operation, root, path);
  }

  /** A file that is replaced or deleted stays what it is to who has opened it. */
  async function openFile(operation: string, key: string, signal: AbortSignal) {
    signal.throwIfAborted();
    assertKey(operation, key);
    assertInside(operation, root, join(root, key));
    let file: FileHandle | undefined;
    try {
      file = await open(join(root, key), "r");
      const found = await file.stat({ bigint: true });
      if (found.isFile()) return { file, generation: generationOf(found), sizeBytes: Number(found.size) };
      await file.close();
      return undefined;
    } catch (cause) {
      await file?.close();
      if (isAbsence(cause)) return undefined;
      throw failure(operation, root, key, cause);
    }
  }

  /** Whether nothing is there, but could be: below a file that stands in the place of the root nothing can. */
  function isAbsence(cause: unknown): boolean {
    return isCode(cause, "ENOENT") || (isCode(cause, "ENOTDIR") && isDirectory(root));
  }

  async function prepare(): Promise<void> {
    assertOwnInside("put");
    makeDirectory(unfinished);
    const probe = join(unfinished, newId());
    await (await open(probe, "wx")).close();
    const present = (await stat(probe)).mtimeMs;
    for (const name of await readdir(unfinished)) {
      const path = join(unfinished, name);
      const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? present;
      if (path === probe || present - written > leftoverMs) await rm(path, { force: true });
    }
  }

  function replace(source: string, target: string, ifGenerationMatch: Generation): PutResult {
    const existing = fileAt(target);
    if ((existing ? generationOf(existing) : ABSENT) !== ifGenerationMatch)
      return { outcome: "preconditionFailed" };
    makeLater(source, (existing ?? fileAt(lastDeleted))?.mtimeNs ?? 0n);
    if (!existing) makeDirectory(dirname(target));
    renameSync(source, target);
    return { outcome: "written", generation: generationOf(statSync(target, { bigint: true })) };
  }

  function remove(target: string, ifGenerationMatch: Generation): DeleteResult {
    const existing = fileAt(target);
    if (!existing || generationOf(existing) !== ifGenerationMatch) return { outcome: "preconditionFailed" };
    closeSync(openSync(lastDeleted, "a"));
    makeLater(lastDeleted, existing.mtimeNs);
    rmSync(target);
    return { outcome: "deleted" };
  }

  return {
    async read(key, signal) {
      const opened = await openFile("read", key, signal);
      try {
        return opened && { bytes: await opened.file.readFile(), generation: opened.generation };
      } catch (cause) {
        throw failure("read", root, key, cause);
      } finally {
        await opened?.file.close();
      }
    },

    async open(key, signal) {
      const opened = await openFile("open", key, signal);
      if (!opened) return undefined;
      const { file, generation, sizeBytes } = opened;
      return {
        generation,
        sizeBytes,
        read: (first, end) => piecesOf(file, join(root, key), first, end, signal),
        close: () => file.close(),
      };
    },

    async put(key, bytes, ifGenerationMatch, _headers, signal) {
      signal.throwIfAborted();
      assertKey("put", key);
      const source = join(unfinished, newId());
      const target = join(root, key);
      try {
        prepared ??= prepare();
        await prepared;
        await writeDurably(source, bytes);
        signal.throwIfAborted();
        const result = mutex.hold(() => {
          assertInside("put", root, target);
          return replace(source, target, ifGenerationMatch);
        });
        if (result.outcome === "written") await syncPlace(target);
        return result;
      } catch (cause) {
        prepared = undefined;
        if (signal.aborted) throw signal.reason;
        throw failure("put", root, key, cause);
      } finally {
        // What cannot be removed now goes with the leftovers; the reason of the failure is what the caller has to know.
        await rm(source, { force: true }).catch(() => undefined);
      }
    },

    async delete(key, ifGenerationMatch, signal): Promise<DeleteResult> {
      signal.throwIfAborted();
      assertKey("delete", key);
      const target = join(root, key);
      try {
        assertInside("delete", root, target);
        assertOwnInside("delete");
        // Where nothing is, nothing has to be written, the mutex's file either.
        if (!fileAt(target)) return { outcome: "preconditionFailed" };
        return mutex.hold(() => remove(target, ifGenerationMatch));
      } catch (cause) {
        throw failure("delete", root, key, cause);
      }
    },

    async list(prefix, signal) {
      signal.throwIfAborted();
      assertPrefix("list", prefix);
      const within = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      assertInside("list", root, join(root, within));
      try {
        const entries = await readdir(join(root, within), { recursive: true, withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)))
          .filter((key) => key.startsWith(prefix) && !key.startsWith(`${privateDirectory}/`))
          .sort();
      } catch (cause) {
        if (isAbsence(cause)) return [];
        throw failure("list", root, prefix, cause);
      }
    },
  };
}

async function* piecesOf(
  file: FileHandle,
  path: string,
  first: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, end - first));
  for (let at = first; at < end; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, end - at), at);
    if (bytesRead === 0) throw new StorageError("read", path, `it ends before byte ${at + 1} of ${end}`);
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
