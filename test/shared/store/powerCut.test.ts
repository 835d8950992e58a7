/**
 * After a power cut, a filesystem store holds every object whose put was answered. What the operating system may lose is what
 * nobody synced: a file's bytes, and in a directory the names that were made or changed there. So all writes of this process
 * are watched, and the store is built anew of what was synced alone.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import fsPromises, { type FileHandle, mkdir, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { createFilesystemStore } from "../../../shared/store/filesystem/filesystemStore.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { neverAborted as never } from "../../../shared/testing/neverAborted.ts";
import { headers, text, written } from "../../../shared/testing/objects.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";

/** What a name stands for: a directory, or a file's bytes. */
type Entry = "directory" | Uint8Array;

/** By path: what is on the disk, and what would be if its directory were synced. */
const synced = new Map<string, Entry>();
const unsynced = new Map<string, Entry>();
/** Bytes of files that were written, and whether they were synced since. */
const files = new Map<string, { readonly bytes: Uint8Array; isSynced: boolean }>();

/** Has every write of this process noted. There is no way back: it is for this file alone. */
async function watchWrites(): Promise<void> {
  const { open } = fsPromises;
  const { renameSync, mkdirSync } = fs;
  const probe = await open(import.meta.filename);
  const handles = Object.getPrototypeOf(probe) as Pick<FileHandle, "writeFile" | "sync">;
  await probe.close();
  const { writeFile, sync } = handles;
  const paths = new WeakMap<object, string>();

  fsPromises.open = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    paths.set(file, String(path));
    return file;
  };
  handles.writeFile = async function (this: FileHandle, content) {
    await writeFile.call(this, content);
    files.set(paths.get(this) ?? "", { bytes: content as Uint8Array, isSynced: false });
  };
  handles.sync = async function (this: FileHandle) {
    const path = paths.get(this) ?? "";
    const names = [...unsynced].filter(([name]) => dirname(name) === path);
    await sync.call(this);
    const file = files.get(path);
    if (file) file.isSynced = true;
    for (const [name, entry] of names) {
      synced.set(name, entry);
      if (unsynced.get(name) === entry) unsynced.delete(name);
    }
  };
  fs.mkdirSync = ((path: string, options) => {
    for (let at = path; !fs.existsSync(at); at = dirname(at)) unsynced.set(at, "directory");
    return mkdirSync(path, options);
  }) as typeof fs.mkdirSync;
  fs.renameSync = (from, to) => {
    const file = files.get(String(from)) ?? assert.fail(`${from} was never written`);
    renameSync(from, to);
    unsynced.set(String(to), file.isSynced ? file.bytes : new Uint8Array(0));
  };
  syncBuiltinESMExports();
}

/** What the disk holds of `root` if the power is cut now, as a root of its own. */
async function afterPowerCut(root: string, other: string): Promise<void> {
  const isThere = (path: string): boolean =>
    path === root || (synced.get(path) === "directory" && isThere(dirname(path)));
  for (const [path, entry] of synced) {
    if (entry === "directory" || !isThere(dirname(path))) continue;
    const copy = join(other, relative(root, path));
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, entry);
  }
}

await watchWrites();

test("what was put is there after a power cut right after the answer, wherever it lies and whatever it replaced", async (t) => {
  const root = await temporaryDirectory(t);
  const stores = [createFilesystemStore(root, randomUUID), createFilesystemStore(root, randomUUID)] as const;
  const contents = new Map<string, string>();
  const generations = new Map<string, string>();
  for (const [i, key] of ["a", "b/c/d", "b/c/e", "a", "b/f", "b/c/d", "g/h/i"].entries()) {
    const store = stores[i % 2 === 0 ? 0 : 1];
    const content = `${key}, written ${i}`;
    generations.set(key, await written(store, key, text(content), generations.get(key) ?? ABSENT));
    contents.set(key, content);
    const other = await temporaryDirectory(t);
    await afterPowerCut(root, other);
    const left = createFilesystemStore(other, randomUUID);
    for (const [key, content] of contents) {
      const found = await left.read(key, never);
      assert.equal(found && new TextDecoder().decode(found.bytes), content, `${key} after put ${i}`);
    }
  }
});

test("a put that is not answered leaves what was there, or itself, and nothing torn", async (t) => {
  const root = await temporaryDirectory(t);
  const store = createFilesystemStore(root, randomUUID);
  const generation = await written(store, "a/b", text("before"));
  const putting = store.put("a/b", text("after"), generation, headers, never);
  let isOver = false;
  const over = putting.finally(() => {
    isOver = true;
  });
  do {
    const other = await temporaryDirectory(t);
    await afterPowerCut(root, other);
    const found = await createFilesystemStore(other, randomUUID).read("a/b", never);
    assert.match(new TextDecoder().decode(found?.bytes), /^(before|after)$/);
  } while (!isOver);
  await over;
});
