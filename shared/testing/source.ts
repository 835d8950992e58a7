import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { KnownFile, SearchOptions, Source, SourceFile } from "../source/source.ts";
import { assertBytes, files, modifiedAt, patternBytes, type ServedFile } from "./files.ts";
import { neverAborted } from "./neverAborted.ts";

export interface StartedSource {
  /** Its base URL is that of the files. The suite closes it. */
  readonly source: Source;
  /** Stops what serves the files, after the source was closed. */
  stop(): Promise<void>;
}

/** In what adapters differ. */
export interface SourceTraits {
  /** Directories are listed: a report tells of them, and of what lies there. Else each path is asked for. */
  readonly isListed?: boolean;
  /** A version is that of the bytes, so that another one proves another file, whatever its date. */
  readonly isVersionExact?: boolean;
  /** What is found has the file's size, and a version. Else only what is fetched has. */
  readonly isSizeFound?: boolean;
  readonly isVersionFound?: boolean;
  /** What is fetched may have a version that says more than the one that was found. */
  readonly isVersionGrown?: boolean;
}

const options: SearchOptions = {
  directoriesMax: 10,
  pathsMax: 100,
  callsAtOnceMax: 4,
  isWantable: () => false,
};

/**
 * Registers the tests of what every adapter must give through the `Source` port: what is found at which of its paths, whether it is the
 * file that is known, what a search reports, and what is fetched, at most how much of it. `start` serves the given files, by their paths
 * from the base URL, once for all tests.
 */
export function sourceContract(
  name: string,
  start: (files: Readonly<Record<string, ServedFile>>) => Promise<StartedSource>,
  {
    isListed = true,
    isVersionExact = false,
    isSizeFound = true,
    isVersionFound = true,
    isVersionGrown = false,
  }: SourceTraits = {},
): void {
  describe(`source contract: ${name}`, () => {
    let started: StartedSource;
    let source: Source;
    before(async () => {
      started = await start(files);
      source = started.source;
    });
    after(async () => {
      await source?.close();
      await started?.stop();
    });

    async function found(path: string): Promise<SourceFile> {
      const [one] = await source.search(options).find([{ paths: [path] }], neverAborted);
      return one?.file ?? assert.fail(`${path} is there`);
    }

    test("finds each file at the first of its paths that there is one at, in the order in which they are wanted", async () => {
      const wanted = [
        ["2016/none.bin", "2016/with space.bin", "2016/a.bin"],
        ["2017/none.bin"],
        ["2016/a.bin"],
        [],
        ["top.bin"],
      ];
      const all = await source.search(options).find(
        wanted.map((paths) => ({ paths })),
        neverAborted,
      );
      assert.deepEqual(
        all.map((one) => one && [one.file.path, one.file.sizeBytes]),
        [["2016/with space.bin", 10], undefined, ["2016/a.bin", 300_000], undefined, ["top.bin", 3]].map(
          (one) => one && [one[0], isSizeFound ? one[1] : null],
        ),
      );
    });

    test("tells a version of each file, the same each time, and an instant only where it is exact", async () => {
      for (const path of ["2016/a.bin", "2016/with space.bin", "top.bin"]) {
        const file = await found(path);
        assert.equal(file.version !== "", isVersionFound);
        assert.ok(file.modifiedAt === null || file.modifiedAt === modifiedAt, `${file.modifiedAt}`);
        assert.deepEqual(await found(path), file);
      }
    });

    test("knows a file again, and one of another size, version, date or path for another", async () => {
      const file = await found("2016/a.bin");
      const isKnown = async (known: KnownFile | null) => {
        const wanted = { paths: [file.path], known, isChecked: true };
        return (await source.search(options).find([wanted], neverAborted))[0]?.isKnown;
      };
      const dated = { ...file, modifiedAt };
      assert.equal(await isKnown(file), true);
      assert.equal(await isKnown(dated), true);
      assert.equal(await isKnown({ ...dated, sizeBytes: null }), true);
      if (isSizeFound) assert.equal(await isKnown({ ...dated, sizeBytes: 300_001 }), false);
      assert.equal(await isKnown({ ...dated, version: "another", modifiedAt: modifiedAt - 1000 }), false);
      assert.equal(await isKnown({ ...dated, path: "2016/with space.bin" }), false);
      assert.equal(await isKnown(null), false);
    });

    if (isVersionExact) {
      test("knows a file of another version for another, whatever its date", async () => {
        const file = await found("2016/a.bin");
        const wanted = { paths: [file.path], known: { ...file, version: "another" }, isChecked: true };
        const [checked] = await source.search(options).find([wanted], neverAborted);
        assert.equal(checked?.isKnown, false);
      });
    } else {
      test("proves by its date that a file is the known one, whatever its version was", async () => {
        const file = await found("2016/a.bin");
        const known = { ...file, version: "as it was worded once", modifiedAt };
        const wanted = { paths: [file.path], known };
        const [checked] = await source.search(options).find([{ ...wanted, isChecked: true }], neverAborted);
        assert.equal(checked?.isKnown, true);
        const { version, modifiedAt: at } = { ...known, ...checked.news };
        assert.equal(at, modifiedAt);
        const again = { paths: [file.path], known: { ...known, version, modifiedAt: at }, isChecked: true };
        const [next] = await source.search(options).find([again], neverAborted);
        assert.deepEqual([next?.isKnown, next?.news], [true, undefined], "what was news is known then");
      });
    }

    if (isListed) {
      test("reports what was looked for, and what was there", async () => {
        const search = source.search(options);
        await search.find([{ paths: ["2016/a.bim", "2016/a.biq"] }, { paths: ["top.bin"] }], neverAborted);
        const {
          directories,
          files: listed,
          asked,
          matched,
          lookedFor,
          nearest,
        } = await search.report(true, neverAborted);
        assert.deepEqual([asked, matched, lookedFor, nearest], [2, 1, "2016/a.bim", "2016/a.bin"]);
        assert.deepEqual([directories, listed], [2, 4]);
      });

      test("tells which of the directories above exists where nothing else does", async () => {
        const search = source.search(options);
        await search.find([{ paths: ["2016/08/09/a.bin"] }], neverAborted);
        const { absentDirectories, matched, existing } = await search.report(true, neverAborted);
        assert.deepEqual([absentDirectories, matched, existing], [1, 0, "2016"]);
        assert.equal((await search.report(false, neverAborted)).existing, undefined);
      });

      test("shows what a directory holds, to who looks around", async () => {
        const shown = async (directory: string) => {
          const there = await source.browse?.(directory, neverAborted);
          const names = there?.files.map(({ name }) => name) ?? [];
          return [names.sort(), [...(there?.directories ?? [])].sort()];
        };
        assert.deepEqual(await shown(""), [["top.bin"], ["2016", "many"]]);
        assert.deepEqual(await shown("2016"), [["a.bin", "empty.bin", "with space.bin"], ["deeper"]]);
        assert.deepEqual(await shown("2017"), [[], []]);
      });

      test("has room for the first question, and then for as many directories as it may list", async () => {
        const search = source.search({ ...options, directoriesMax: 1 });
        const both = [{ paths: ["2016/a.bin"] }, { paths: ["top.bin"] }];
        assert.equal(search.hasRoomFor(both), true);
        await search.find([{ paths: ["2016/a.bin"] }], neverAborted);
        assert.deepEqual([search.hasRoomFor(both), search.hasRoomFor(both.slice(0, 1))], [false, true]);
      });
    } else {
      test("shows no directory", () => assert.equal(source.browse, undefined));

      test("reports what was asked for", async () => {
        const search = source.search(options);
        await search.find([{ paths: ["2016/a.bim", "2016/a.biq"] }, { paths: ["top.bin"] }], neverAborted);
        const report = await search.report(true, neverAborted);
        assert.deepEqual([report.asked, report.matched, report.lookedFor], [2, 1, "2016/a.bim"]);
        assert.deepEqual([report.directories, report.pathsAsked], [0, 3]);
      });

      test("has room for the first question, and then for as many paths as it may ask for", async () => {
        const search = source.search({ ...options, pathsMax: 1 });
        const both = [{ paths: ["2016/a.bin"] }, { paths: ["top.bin"] }];
        assert.equal(search.hasRoomFor(both), true);
        await search.find([{ paths: ["2016/a.bin"] }], neverAborted);
        assert.deepEqual([search.hasRoomFor(both), search.hasRoomFor(both.slice(0, 1))], [false, true]);
      });
    }

    test("fetches a file with its version, and tells when it was changed", async () => {
      const file = await found("2016/a.bin");
      const fetched = await source.fetch(file, neverAborted);
      assert.equal(fetched.modifiedAt, modifiedAt);
      if (!isVersionGrown) assert.equal(fetched.version, file.version);
      if (fetched.sizeBytes !== undefined) assert.equal(fetched.sizeBytes, 300_000);
      assertBytes(await fetched.bytes(300_000), patternBytes(300_000));
    });

    test("knows what was fetched again, and has no news of it", async () => {
      const file = await found("2016/a.bin");
      const { version, modifiedAt: at, bytes } = await source.fetch(file, neverAborted);
      await bytes(300_000);
      const known = { ...file, sizeBytes: 300_000, version, modifiedAt: at };
      const wanted = { paths: [file.path], known, isChecked: true };
      const [again] = await source.search(options).find([wanted], neverAborted);
      assert.deepEqual([again?.isKnown, again?.news], [true, undefined]);
    });

    test("fetches nothing of a file that is gone", async () => {
      const fetched = await source.fetch({ ...(await found("top.bin")), path: "none.bin" }, neverAborted);
      assert.equal(await fetched.bytes(1000), undefined);
    });

    test("fetches no more than bytesMax", async () => {
      const fetched = await source.fetch(await found("2016/a.bin"), neverAborted);
      await assert.rejects(fetched.bytes(299_999), { name: "GranuleError", fault: "tooLarge" });
    });

    test("rejects with the signal's reason", async () => {
      const reason = new Error("deadline");
      const aborted = AbortSignal.abort(reason);
      const file = await found("2016/a.bin");
      await assert.rejects(source.search(options).find([{ paths: [file.path] }], aborted), reason);
      const fetching = source.fetch(file, aborted).then((fetched) => fetched.bytes(300_000));
      await assert.rejects(fetching, reason);
    });
  });
}
