import fs from "node:fs";
import fsPromises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** One call to the operating system that a filesystem store is made of. Files have names of their own, so none has a key. */
export interface DiskCall {
  readonly port: "disk";
  readonly operation: "create" | "write" | "sync" | "rename" | "syncDirectory" | "remove";
  readonly key: "";
}

export interface Effects<Result> {
  /** All of it. */
  perform(): Result;
  /** As much of it as there is when it is interrupted in the middle: half the bytes of a file, else all. */
  begin(): Result;
}

/** Stands round every such call. */
export type AroundDisk = <Result>(call: DiskCall, effects: Effects<Result>) => Result;

/**
 * From now on every call of this process to `node:fs`, of those that a filesystem store writes with, goes through `around`.
 * It is for processes of their own, as there is no way back. Nobody waits for the disk any more: what a killed process has
 * written is the operating system's, and only a power cut could lose it.
 */
export async function aroundDisk(around: AroundDisk): Promise<void> {
  const { open, rm } = fsPromises;
  const { renameSync } = fs;
  const probe = await open(import.meta.filename);
  const handles = Object.getPrototypeOf(probe) as Pick<FileHandle, "writeFile" | "sync">;
  await probe.close();
  const { writeFile } = handles;
  const written = new WeakSet<object>();
  const whole = <Result>(operation: DiskCall["operation"], perform: () => Result) =>
    around({ port: "disk", operation, key: "" }, { perform, begin: perform });

  fsPromises.open = async (path, flags, mode) => {
    if (flags !== "wx") return open(path, flags, mode);
    const file = await whole("create", () => open(path, flags, mode));
    written.add(file);
    return file;
  };
  handles.writeFile = function (this: FileHandle, content) {
    const bytes = content as Uint8Array;
    return around(
      { port: "disk", operation: "write", key: "" },
      {
        perform: () => writeFile.call(this, bytes),
        begin: () => writeFile.call(this, bytes.subarray(0, bytes.length / 2)),
      },
    );
  };
  handles.sync = function (this: FileHandle) {
    return whole(written.has(this) ? "sync" : "syncDirectory", () => Promise.resolve());
  };
  fsPromises.rm = (path, options) => whole("remove", () => rm(path, options));
  fs.renameSync = (from, to) => whole("rename", () => renameSync(from, to));
  syncBuiltinESMExports();
}
