/** A directory as a source: what is a file in it, which file it is, and what is still being written. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createDirectorySource } from "../../../../shared/source/directory/directorySource.ts";
import type { DirectoryOptions } from "../../../../shared/source/directory/limits.ts";
import { openSource } from "../../../../shared/source/open.ts";
import type { SearchOptions, Source, SourceFile } from "../../../../shared/source/source.ts";
import { assertBytes, modifiedAt, patternBytes } from "../../../../shared/testing/files.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { sourceContract } from "../../../../shared/testing/source.ts";
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts";

const searching: SearchOptions = {
  directoriesMax: 10,
  pathsMax: 100,
  callsAtOnceMax: 4,
  isWantable: () => false,
};
/** An hour after all files were written that say nothing else. */
const present = modifiedAt + 3_600_000;

function write(path: string, bytes: Uint8Array | string, at = modifiedAt): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  utimesSync(path, at / 1000, at / 1000);
}

function sourceOn(root: string, given: Partial<DirectoryOptions> = {}): Source {
  const now = () => present;
  return createDirectorySource({
    url: `file://${root}`,
    connectionsMax: 4,
    random: () => 0.5,
    now,
    ...given,
  });
}

sourceContract(
  "a directory",
  async (files) => {
    const ending: (() => unknown)[] = [];
    const root = await temporaryDirectory({ after: (end) => void ending.push(end as () => unknown) });
    for (const [path, { bytes, modifiedAt: at }] of Object.entries(files)) write(join(root, path), bytes, at);
    const options = { connectionsMax: 4, random: () => 0.5, now: () => present };
    const source = await openSource([{ name: "", url: `file://${root}`, ...options }]);
    return {
      source,
      async stop() {
        for (const end of ending) await end();
      },
    };
  },
  { isVersionExact: true },
);

async function started(t: TestContext, given: Partial<DirectoryOptions> = {}) {
  const root = await temporaryDirectory(t);
  const source = sourceOn(root, given);
  const look = async (...paths: readonly string[]) => {
    const found = await source.search(searching).find(
      paths.map((path) => ({ paths: [path] })),
      neverAborted,
    );
    return found.map((one) => one?.file);
  };
  const found = async (path: string): Promise<SourceFile> =>
    (await look(path))[0] ?? assert.fail(`${path} is there`);
  return { root, source, look, found, at: (path: string) => join(root, path) };
}

describe("a directory", () => {
  test("has files, and what links lead to: no pipes, directories, or links that lead nowhere", async (t) => {
    const { source, look, at } = await started(t);
    write(at("d/file"), "1234");
    write(at("elsewhere/target"), "123456", modifiedAt - 1000);
    mkdirSync(at("d/directory"));
    execFileSync("mkfifo", [at("d/pipe")]);
    symlinkSync("../elsewhere/target", at("d/link"));
    symlinkSync("nowhere", at("d/broken"));
    symlinkSync("loop", at("d/loop"));
    symlinkSync("pipe", at("d/pipeLink"));
    symlinkSync("../elsewhere", at("d/directoryLink"));
    const names = ["file", "link", "directory", "pipe", "broken", "loop", "pipeLink", "directoryLink"];
    const [file, link, ...others] = await look(...names.map((name) => `d/${name}`));
    assert.deepEqual([file?.sizeBytes, file?.modifiedAt], [4, modifiedAt]);
    assert.deepEqual([link?.sizeBytes, link?.modifiedAt], [6, modifiedAt - 1000]);
    assert.deepEqual(others, Array(6).fill(undefined));
    const there = await source.browse?.("d", neverAborted);
    assert.deepEqual(there?.files.map(({ name }) => name).sort(), ["file", "link"]);
    assert.deepEqual([...(there?.directories ?? [])].sort(), ["directory", "directoryLink"]);
    const [below] = await look("d/directoryLink/target");
    assert.equal(below?.sizeBytes, 6);
    assert.ok(link);
    const fetched = await source.fetch(link, neverAborted);
    assert.equal(Buffer.from((await fetched.bytes(6)) ?? []).toString(), "123456");
  });

  test("has the names that a path can have, whatever their letters", async (t) => {
    const { root, source, look, at } = await started(t);
    const names = ["größe", "\ufeffmark", "a b", "50%41", "#?*", "\u{1f600}", "\ufffd"];
    for (const name of names) write(at(name), "x");
    for (const bytes of [[0xff], [0xc3], [0x61, 0xed, 0xa0, 0x80]])
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(bytes)]), "x");
    write(at("line\nbreak"), "x");
    assert.deepEqual(
      (await look(...names)).map((file) => file?.path),
      names,
    );
    const search = source.search(searching);
    await search.find([{ paths: [""] }], neverAborted);
    assert.equal((await search.report(false, neverAborted)).files, names.length);
  });

  test("is none where nothing or a file is, and is not taken for empty where it cannot be read", async (t) => {
    const { source, look, at } = await started(t);
    write(at("file"), "x");
    assert.deepEqual(await look("none/a", "file/a"), [undefined, undefined]);
    const search = source.search(searching);
    await search.find([{ paths: ["none/a"] }], neverAborted);
    assert.equal((await search.report(false, neverAborted)).absentDirectories, 1);
    const long = "x".repeat(300);
    await assert.rejects(look(`${long}/a`), {
      name: "SourceError",
      fault: "listing",
      message: /x: the path is too long$/,
    });
  });

  test("may be one that this process may not read", async (t) => {
    const { look, found, source, at } = await started(t);
    write(at("closed/a"), "x");
    const file = await found("closed/a");
    chmodSync(at("closed"), 0);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await assert.rejects(look("closed/a"), {
        name: "SourceError",
        fault: "listing",
        message: /: permission denied$/,
      });
      await assert.rejects(source.fetch(file, neverAborted), {
        name: "SourceError",
        fault: "transfer",
        message: /permission denied$/,
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(at("closed"), 0o700);
    }
  });

  test("is not left by any path", async (t) => {
    const { look, source } = await started(t);
    for (const path of ["../a", "a/../../b", "./a", "a\0b/c"]) {
      await assert.rejects(look(path), { tag: "usage" }, path);
      const file = { path, version: "1", sizeBytes: 1, modifiedAt };
      await assert.rejects(source.fetch(file, neverAborted), { tag: "usage" }, path);
    }
  });

  test("of ten thousand files is listed from the first name that is wanted on", async (t) => {
    const { root, source } = await started(t);
    for (let i = 0; i < 10_000; i++) writeFileSync(`${root}/${String(i).padStart(5, "0")}`, "x");
    const late = sourceOn(root, { now: () => Date.now() + 3_600_000 });
    const search = late.search(searching);
    const found = await search.find([{ paths: ["09999"] }, { paths: ["09000"] }], neverAborted);
    assert.deepEqual(
      found.map((one) => one?.file.path),
      ["09999", "09000"],
    );
    assert.equal((await search.report(true, neverAborted)).files, 1000);
    const [first] = await search.find([{ paths: ["00000"] }], neverAborted);
    assert.equal(first?.file.path, "00000");
    assert.equal((await search.report(true, neverAborted)).files, 10_000);
    const few = sourceOn(root, { limits: { listingFilesMax: 9999 } });
    await assert.rejects(few.search(searching).find([{ paths: ["0"] }], neverAborted), {
      name: "SourceError",
      fault: "listing",
      message: /: has more than 9999 files and directories$/,
    });
    await source.close();
  });
});

describe("a file", () => {
  test("that was changed is another one, by less than a millisecond too", async (t) => {
    const { source, found, at } = await started(t);
    write(at("a"), "one");
    const before = await found("a");
    const isKnown = async () =>
      (await source.search(searching).find([{ paths: ["a"], known: before }], neverAborted))[0]?.isKnown;
    assert.equal(await isKnown(), true);
    write(at("a"), "two", modifiedAt + 0.25);
    assert.equal((await found("a")).modifiedAt, modifiedAt);
    assert.equal(await isKnown(), false);
    write(at("a"), "two", modifiedAt);
    assert.equal(await isKnown(), true, "nothing tells");
    write(at("a"), "four", modifiedAt);
    assert.equal(await isKnown(), false);
  });

  test("of 1970 has no date, and is known again", async (t) => {
    const { source, found, at } = await started(t);
    write(at("a"), "one", 0);
    const known = await found("a");
    assert.equal(known.modifiedAt, null);
    const [one] = await source
      .search(searching)
      .find([{ paths: ["a"], known, isChecked: true }], neverAborted);
    assert.equal(one?.isKnown, true);
  });

  test("that was changed just now is left alone until it is old enough", async (t) => {
    let now = present;
    const { root, look, at } = await started(t, { now: () => now });
    write(at("new"), "x", present - 59_000);
    write(at("old"), "x", present - 60_000);
    write(at("ahead"), "x", present + 59_000);
    write(at("far"), "x", present + 86_400_000);
    const paths = async () => (await look("new", "old", "ahead", "far")).map((file) => file?.path);
    assert.deepEqual(await paths(), [undefined, "old", undefined, "far"]);
    now += 1000;
    assert.deepEqual(await paths(), ["new", "old", undefined, "far"]);
    const sourceOf = (query: string) => sourceOn(root, { url: `file://${root}?min-age=${query}` });
    for (const [age, isThere] of [
      ["PT0S", true],
      ["PT59S", true],
      ["PT2M", false],
    ] as const) {
      const [found] = await sourceOf(age)
        .search(searching)
        .find([{ paths: ["new"] }], neverAborted);
      assert.equal(found !== undefined, isThere, age);
    }
  });

  test("that began to be written since it was found is not read", async (t) => {
    const { source, found, at } = await started(t);
    write(at("a"), "one");
    const file = await found("a");
    write(at("a"), "o", present - 1000);
    const fetched = await source.fetch(file, neverAborted);
    await assert.rejects(fetched.bytes(10), {
      name: "GranuleError",
      fault: "transfer",
      mayGrow: true,
      message: /\/a: was changed less than PT1M ago, and may still be written$/,
    });
  });

  test("that was replaced since it was found comes with its own version", async (t) => {
    const { source, found, at } = await started(t);
    write(at("a"), "one");
    const file = await found("a");
    write(at("a"), "other", modifiedAt + 5000);
    const fetched = await source.fetch(file, neverAborted);
    assert.deepEqual(
      [fetched.version, fetched.modifiedAt, fetched.sizeBytes],
      [(await found("a")).version, modifiedAt + 5000, 5],
    );
    assert.notEqual(fetched.version, file.version);
    assert.equal((await fetched.bytes(5))?.length, 5);
  });

  test("that is gone, or has become a pipe, is none", async (t) => {
    const { source, found, at } = await started(t);
    write(at("a"), "one");
    write(at("b"), "one");
    const [a, b] = [await found("a"), await found("b")];
    const [first, second] = [await source.fetch(a, neverAborted), await source.fetch(b, neverAborted)];
    rmSync(at("a"));
    assert.equal(await first.bytes(10), undefined);
    rmSync(at("b"));
    execFileSync("mkfifo", [at("b")]);
    await assert.rejects(second.bytes(10), { name: "GranuleError", fault: "transfer", mayGrow: true });
    assert.equal(await (await source.fetch(b, neverAborted)).bytes(10), undefined);
  });

  const sizeBytes = 4_000_000;
  const pieces = { limits: { pieceBytes: 1000 } };
  for (const [what, change] of [
    ["grows", (path: string) => appendFileSync(path, "more")],
    ["becomes shorter", (path: string) => truncateSync(path, 10)],
    ["is written over", (path: string) => writeFileSync(path, patternBytes(10), { flag: "r+" })],
  ] as const) {
    test(`that ${what} while it is read may still be written`, async (t) => {
      const { source, found, at } = await started(t, pieces);
      write(at("a"), patternBytes(sizeBytes));
      const fetched = await source.fetch(await found("a"), neverAborted);
      const reading = assert.rejects(fetched.bytes(sizeBytes), {
        name: "GranuleError",
        fault: "transfer",
        mayGrow: true,
        message: /\/a: was changed while it was read$/,
      });
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      change(at("a"));
      await reading;
    });
  }

  test("that another takes the place of while it is read comes whole", async (t) => {
    const { source, found, at } = await started(t, pieces);
    write(at("a"), patternBytes(sizeBytes));
    write(at("b"), "other");
    const file = await found("a");
    const fetched = await source.fetch(file, neverAborted);
    const opened = fetched.bytes(sizeBytes);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    renameSync(at("b"), at("a"));
    const bytes = await opened.catch((error) => error);
    // Where the other came before it was opened, it is refused for what it is.
    if (bytes instanceof Error) assert.match(bytes.message, /was changed while it was read/);
    else assertBytes(bytes, patternBytes(sizeBytes));
    assert.equal(fetched.version, file.version);
  });

  test("is no longer read when nobody waits for it, or when it takes too long", async (t) => {
    const { root, source, found, at } = await started(t, pieces);
    write(at("a"), patternBytes(sizeBytes));
    const file = await found("a");
    const [ending, reason] = [new AbortController(), new Error("deadline")];
    const fetched = await source.fetch(file, ending.signal);
    const reading = assert.rejects(fetched.bytes(sizeBytes), reason);
    await setImmediate();
    ending.abort(reason);
    await reading;
    const slow = sourceOn(root, { limits: { pieceBytes: 100, answerMs: 1 } });
    const bytes = async () => (await slow.fetch(file, neverAborted)).bytes(sizeBytes);
    await assert.rejects(bytes(), {
      name: "SourceError",
      fault: "transfer",
      message: /\/a: no answer within 0.001 s$/,
    });
  });
});
