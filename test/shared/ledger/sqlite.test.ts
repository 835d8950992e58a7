import assert from "node:assert/strict";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { StorageError } from "../../../shared/errors.ts";
import { updateRecord } from "../../../shared/ledger/lease.ts";
import { chunkRecordKey, datasetRecordKey, type Ledger, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { emptyChunk, emptyDataset } from "../../../shared/ledger/records.ts";
import { createSqliteLedger } from "../../../shared/ledger/sqlite.ts";
import { ledgerContract } from "../../../shared/testing/ledger.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { fullChunk, fullDataset } from "../../../shared/testing/records.ts";
import { countTogether, countUntilKilled } from "../../support/counting.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";

/** Debian's user of that name. */
const nobody = 65_534;

ledgerContract("sqlite", async () => {
  const directory = await mkdtemp(join(tmpdir(), "accrete-"));
  const ledger = createSqliteLedger(join(directory, "not there yet", "ledger.sqlite"));
  const stop = async () => {
    ledger.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { ledger, stop };
});

describe("a SQLite ledger", () => {
  test("keeps everything when its file is closed and opened again", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const first = createSqliteLedger(path);
    await first.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    await first.write(chunkRecordKey("a", 12), fullChunk, NO_RECORD, neverAborted);
    const before = await first.read(chunkRecordKey("a", 12), neverAborted);
    first.close();
    const second = createSqliteLedger(path);
    t.after(() => second.close());
    assert.deepEqual((await second.read(datasetRecordKey("a"), neverAborted))?.record, fullDataset);
    assert.deepEqual(await second.read(chunkRecordKey("a", 12), neverAborted), before);
    assert.deepEqual(await second.uncommitted("a", 10, neverAborted), [before]);
    assert.deepEqual(await second.due("a", 0, 1_396_500_000_000, 10, neverAborted), [before]);
  });

  test("refuses once it is closed, and may be closed twice", async (t) => {
    const ledger = createSqliteLedger(join(await temporaryDirectory(t), "ledger.sqlite"));
    await ledger.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    ledger.close();
    ledger.close();
    await assert.rejects(ledger.read(datasetRecordKey("a"), neverAborted), {
      tag: "storage",
      message: /closed/,
    });
  });

  test("two that have the same file open see each other's writes at once", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const [one, other] = [createSqliteLedger(path), createSqliteLedger(path)];
    t.after(() => {
      one.close();
      other.close();
    });
    for (let length = 1; length <= 20; length++) {
      await updateRecord(one, datasetRecordKey("a"), emptyDataset, neverAborted, (record) => ({
        ...record,
        length,
      }));
      assert.equal((await other.read(datasetRecordKey("a"), neverAborted))?.record.length, length);
    }
  });

  test("6 processes that count to 50 in one record of a new file lose nothing", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    await countTogether(["ledger", path, "a"], 6, 50);
    const ledger = createSqliteLedger(path);
    t.after(() => ledger.close());
    assert.equal((await ledger.read(datasetRecordKey("a"), neverAborted))?.record.length, 300);
  });

  test("a process killed among its writes leaves what it said written, and a ledger that works", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const ledger = createSqliteLedger(path);
    t.after(() => ledger.close());
    let before = 0;
    for (const lines of [1, 2, 3, 50, 200]) {
      const said = await countUntilKilled(["ledger", path, "a"], lines);
      const length = (await ledger.read(datasetRecordKey("a"), neverAborted))?.record.length ?? 0;
      assert.ok([before + said, before + said + 1].includes(length), `${length} after ${before} + ${said}`);
      const record = await updateRecord(
        ledger,
        datasetRecordKey("a"),
        emptyDataset,
        neverAborted,
        (existing) => ({
          ...existing,
          length: existing.length + 1,
        }),
      );
      before = record.length;
    }
  });

  test("a file of the first schema is brought to this one, with its records", async (t) => {
    const path = join(await temporaryDirectory(t), "older.sqlite");
    const older = new DatabaseSync(path);
    older.exec(`CREATE TABLE records (
        dataset TEXT NOT NULL, chunk INTEGER NOT NULL, version INTEGER NOT NULL, uncommitted INTEGER NOT NULL,
        next_try_at INTEGER, record TEXT NOT NULL, PRIMARY KEY (dataset, chunk)) STRICT;
      INSERT INTO records VALUES ('a', 7, 3, 1, NULL, '${JSON.stringify({ ...emptyChunk(7), uncommitted: true })}');
      PRAGMA user_version = 1`);
    older.close();
    const [one, other] = [createSqliteLedger(path), createSqliteLedger(path)];
    t.after(() => [one, other].forEach((ledger) => void ledger.close()));
    const found = await one.read(chunkRecordKey("a", 7), neverAborted);
    assert.deepEqual(found, { record: { ...emptyChunk(7), uncommitted: true }, version: "3" });
    const lease = { holder: "me", expiresAt: 1000 };
    await other.write(chunkRecordKey("a", 7), { ...emptyChunk(7), lease }, "3", neverAborted);
    assert.deepEqual(
      (await one.leased("a", 999, 10, neverAborted)).map(({ record }) => record),
      [{ ...emptyChunk(7), lease }],
    );
  });

  test("a file of a newer schema is refused by every question, with its path, and left as it is", async (t) => {
    const path = join(await temporaryDirectory(t), "newer.sqlite");
    const newer = new DatabaseSync(path);
    newer.exec("CREATE TABLE of_the_future (a); PRAGMA user_version = 3");
    newer.close();
    const before = await readFile(path);
    const ledger = createSqliteLedger(path);
    const refused = {
      tag: "newer",
      message: new RegExp(`${path} was written by a newer Accrete \\(schema 3; this one knows 2\\)`),
    };
    await assert.rejects(ledger.read(datasetRecordKey("a"), neverAborted), refused);
    await assert.rejects(ledger.write(chunkRecordKey("a", 1), fullChunk, NO_RECORD, neverAborted), refused);
    await assert.rejects(ledger.uncommitted("a", 1, neverAborted), refused);
    ledger.close();
    assert.deepEqual(await readFile(path), before);
  });

  for (const [what, content] of Object.entries({
    "a long text": "This is no database.\n".repeat(1000),
    "a short text": "no",
  })) {
    test(`${what} in place of the file is refused by every question, with its path, and left as it is`, async (t) => {
      const path = join(await temporaryDirectory(t), "notes.txt");
      await writeFile(path, content);
      await assertRefused(createSqliteLedger(path), path, /file is not a database/);
      assert.equal(await readFile(path, "utf8"), content);
    });
  }

  test("a directory in place of the file, or a file in place of its directory, is refused with the path", async (t) => {
    const directory = await temporaryDirectory(t);
    await mkdir(join(directory, "taken"));
    await assertRefused(createSqliteLedger(join(directory, "taken")), join(directory, "taken"), /./);
    await writeFile(join(directory, "file"), "");
    const within = join(directory, "file", "ledger.sqlite");
    await assertRefused(createSqliteLedger(within), within, /./);
  });

  test("a file whose directory can never be made, as one in /proc, is refused at once with the path", async () => {
    const ledger = createSqliteLedger("/proc/accrete/ledger.sqlite");
    await assert.rejects(ledger.read(datasetRecordKey("a"), neverAborted), {
      tag: "storage",
      message: /^read \/proc\/accrete\/ledger\.sqlite \(a\): ENOENT.*choose a --ledger/,
    });
  });

  test("a record says its schema; one of before there was any is read, and says it once it is written", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const ledger = createSqliteLedger(path);
    const direct = new DatabaseSync(path);
    t.after(() => {
      direct.close();
      ledger.close();
    });
    await ledger.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    const first = await ledger.write(chunkRecordKey("a", 12), fullChunk, NO_RECORD, neverAborted);
    assert.ok(first.outcome === "written");
    const schemas = () =>
      direct
        .prepare("SELECT record ->> 'schema' AS schema FROM records ORDER BY chunk")
        .all()
        .map(({ schema }) => schema);
    assert.deepEqual(schemas(), [2, 2]);
    direct.exec("UPDATE records SET record = json_remove(record, '$.schema')");
    assert.deepEqual(schemas(), [null, null]);
    assert.deepEqual((await ledger.read(datasetRecordKey("a"), neverAborted))?.record, fullDataset);
    assert.deepEqual(await ledger.read(chunkRecordKey("a", 12), neverAborted), {
      record: fullChunk,
      version: first.version,
    });
    await ledger.write(chunkRecordKey("a", 12), fullChunk, first.version, neverAborted);
    assert.deepEqual(schemas(), [null, 2]);
  });

  test("a damaged record is refused with the path and the record's place", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const ledger = createSqliteLedger(path);
    t.after(() => ledger.close());
    await ledger.write(chunkRecordKey("a", 12), fullChunk, NO_RECORD, neverAborted);
    const direct = new DatabaseSync(path);
    direct.exec("UPDATE records SET record = substr(record, 1, 40)");
    direct.close();
    const refused = { tag: "storage", message: new RegExp(`${path} \\(a`) };
    await assert.rejects(ledger.read(chunkRecordKey("a", 12), neverAborted), refused);
    await assert.rejects(ledger.window("a", 0, 20, 10, neverAborted), refused);
  });
});

async function assertRefused(ledger: Ledger & { close(): void }, path: string, why: RegExp): Promise<void> {
  const questions: Record<string, () => Promise<unknown>> = {
    read: () => ledger.read(datasetRecordKey("a"), neverAborted),
    write: () => ledger.write(chunkRecordKey("a", 1), fullChunk, NO_RECORD, neverAborted),
    window: () => ledger.window("a", 0, 1, 1, neverAborted),
    uncommitted: () => ledger.uncommitted("a", 1, neverAborted),
    due: () => ledger.due("a", 0, 1, 1, neverAborted),
  };
  for (const [operation, ask] of Object.entries(questions)) {
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof StorageError);
      assert.equal(error.operation, operation);
      assert.ok(error.message.includes(path), error.message);
      assert.match(error.message, why);
      return true;
    });
  }
  ledger.close();
}

describe("a SQLite ledger for who only looks", () => {
  const looking = (path: string) => createSqliteLedger(path, { readOnly: true });

  test("finds what is there, and refuses to write", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const writer = createSqliteLedger(path);
    t.after(() => writer.close());
    await writer.write(chunkRecordKey("a", 12), fullChunk, NO_RECORD, neverAborted);
    const reader = looking(path);
    t.after(() => reader.close());
    const found = await reader.read(chunkRecordKey("a", 12), neverAborted);
    assert.deepEqual(found?.record, fullChunk);
    assert.deepEqual(await reader.uncommitted("a", 10, neverAborted), [found]);
    await assert.rejects(reader.write(datasetRecordKey("a"), emptyDataset, NO_RECORD, neverAborted), {
      tag: "storage",
      message: /opened for reading alone/,
    });
    await updateRecord(writer, datasetRecordKey("a"), emptyDataset, neverAborted, (record) => ({
      ...record,
      length: 7,
    }));
    assert.equal((await reader.read(datasetRecordKey("a"), neverAborted))?.record.length, 7);
  });

  for (const [what, prepare] of [
    ["a file that is not there", async () => undefined],
    ["an empty file", (path: string) => writeFile(path, "")],
  ] as const) {
    test(`${what} is an empty ledger, and stays as it is`, async (t) => {
      const directory = await temporaryDirectory(t);
      const path = join(directory, "ledger.sqlite");
      await prepare(path);
      const before = await readdir(directory);
      const reader = looking(path);
      assert.equal(await reader.read(datasetRecordKey("a"), neverAborted), undefined);
      assert.deepEqual(await reader.window("a", 0, 100, 10, neverAborted), []);
      reader.close();
      assert.deepEqual(await readdir(directory), before);
    });
  }

  test("finds by a symbolic link what a writer has not moved out of its log yet", async (t) => {
    const directory = await temporaryDirectory(t);
    const path = join(directory, "real.sqlite");
    const writer = createSqliteLedger(path);
    t.after(() => writer.close());
    await writer.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    const link = join(directory, "ledger.sqlite");
    await symlink(path, link);
    const reader = looking(link);
    t.after(() => reader.close());
    assert.deepEqual((await reader.read(datasetRecordKey("a"), neverAborted))?.record, fullDataset);
  });

  test("a file that may not be read is refused: it is not an empty ledger", async (t) => {
    const directory = await temporaryDirectory(t);
    const path = join(directory, "closed", "ledger.sqlite");
    const writer = createSqliteLedger(path);
    await writer.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    writer.close();
    await chmod(join(directory, "closed"), 0o700);
    await chmod(directory, 0o755);
    await asNobody(t, () => assertRefused(looking(path), path, /EACCES/));
  });

  test("a copy with its log, where no file may be made beside it, is refused with what to do, and read elsewhere", async (t) => {
    const [directory, elsewhere] = [await temporaryDirectory(t), await temporaryDirectory(t)];
    const written = join(elsewhere, "ledger.sqlite");
    const writer = createSqliteLedger(written);
    t.after(() => writer.close());
    await writer.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
    const path = join(directory, "ledger.sqlite");
    for (const suffix of ["", "-wal"]) await copyFile(`${written}${suffix}`, `${path}${suffix}`);
    await chmod(directory, 0o755);
    const fault =
      /its log \S+ledger\.sqlite-wal can be read only where a file can be made beside it: copy both files to such a place; choose a --ledger/;
    await asNobody(t, () => assertRefused(looking(path), path, fault));
    assert.deepEqual(await readdir(directory), ["ledger.sqlite", "ledger.sqlite-wal"]);
    const reader = looking(path);
    t.after(() => reader.close());
    assert.deepEqual((await reader.read(datasetRecordKey("a"), neverAborted))?.record, fullDataset);
  });

  test("finds what is there where it may make no file beside it, and what others write meanwhile", async (t) => {
    const directory = await temporaryDirectory(t);
    const path = join(directory, "ledger.sqlite");
    const write = async (length: number) => {
      const writer = createSqliteLedger(path);
      await updateRecord(writer, datasetRecordKey("a"), emptyDataset, neverAborted, (record) => ({
        ...record,
        length,
      }));
      writer.close(); // nothing but the file itself is left
    };
    await write(1);
    assert.deepEqual(await readdir(directory), ["ledger.sqlite"]);
    await chmod(directory, 0o755);
    const reader = looking(path);
    t.after(() => reader.close());
    const lengthSeen = async () => (await reader.read(datasetRecordKey("a"), neverAborted))?.record.length;
    await asNobody(t, async () => assert.equal(await lengthSeen(), 1));
    await write(2);
    await asNobody(t, async () => assert.equal(await lengthSeen(), 2));
    const writer = createSqliteLedger(path);
    t.after(() => writer.close());
    await updateRecord(writer, datasetRecordKey("a"), emptyDataset, neverAborted, (record) => ({
      ...record,
      length: 3,
    }));
    await asNobody(t, async () => assert.equal(await lengthSeen(), 3));
  });
});

/** Runs `work` as a user who may read what everybody may, and write nothing: whoever is root may do anything. */
async function asNobody(t: Pick<TestContext, "skip">, work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return t.skip("only root can take another user's rights");
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
