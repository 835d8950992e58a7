/** `accrete remove`: shows what there is and asks, removes everything, refuses while somebody works, and can be stopped and run again. */
import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { datasetRecordKey } from "../../../shared/ledger/ledger.ts";
import { createSqliteLedger } from "../../../shared/ledger/sqlite.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { airFiles, createDesk, type Desk } from "./command.ts";

const options = { concurrency: 2 };
const air = "air-temperature";

/** A desk with the whole series ingested. */
async function grownDesk(t: TestContext): Promise<Desk> {
  const desk = await createDesk(t, airFiles());
  assert.equal((await desk.accrete(`extend ${air}`)).exitCode, 0);
  return desk;
}

/** Files of the dataset, of any process. */
async function filesOf({ store }: Desk): Promise<string[]> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath.includes(air))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The dataset's record, changed; returns what it was. */
async function changeRecord({ store }: Desk, changes: object) {
  const ledger = createSqliteLedger(join(store, "accrete.sqlite"));
  try {
    const key = datasetRecordKey(air);
    const found = await ledger.read(key, neverAborted);
    assert.ok(found);
    await ledger.write(key, { ...found.record, ...changes }, found.version, neverAborted);
  } finally {
    ledger.close();
  }
}

describe("accrete remove", options, () => {
  test("--yes removes store, what is beside it and ledger; then there is nothing, and it can be created anew", async (t) => {
    const desk = await grownDesk(t);
    const objects = (await filesOf(desk)).length;
    const { exitCode, stdout, stderr } = await desk.accrete(`remove ${air} --yes`);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const places = `${desk.store}/${air}.zarr and ${desk.store}/accrete.sqlite`;
    assert.equal(
      stdout,
      `${air}: removed ${objects} objects and 2 records of the ledger, from ${places}; nothing is left of it\n`,
    );
    assert.deepEqual(await filesOf(desk), []);
    assert.match((await desk.accrete(`status ${air}`)).stderr, /there is no such dataset/);
    const again = await desk.accrete(`remove ${air} --yes`);
    assert.deepEqual([again.exitCode, again.stdout], [1, ""]);
    assert.match(again.stderr, /^accrete: remove .+: there is no such dataset, and nothing of it in /);
    assert.equal((await desk.accrete(`extend ${air}`)).exitCode, 0);
    assert.equal((await filesOf(desk)).length, objects);
    assert.match((await desk.accrete(`doctor ${air}`)).stdout, /0 faults, 0 notes/);
  });

  test("--json is one object", async (t) => {
    const desk = await grownDesk(t);
    const objects = (await filesOf(desk)).length;
    const { exitCode, stdout, stderr } = await desk.accrete(`remove ${air} --yes --json`);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.deepEqual(JSON.parse(stdout), {
      dataset: air,
      store: `${desk.store}/${air}.zarr`,
      ledger: `${desk.store}/accrete.sqlite`,
      objects,
      records: 2,
    });
  });

  test("shows what there is, and removes nothing where nobody can type the id", async (t) => {
    const desk = await grownDesk(t);
    const before = await filesOf(desk);
    const { exitCode, stdout, stderr } = await desk.accrete(`remove ${air}`);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    const [head, places, fault] = stderr.split("\n");
    assert.equal(head, `${air}: 4 timesteps, ${before.length} objects and 2 records of the ledger`);
    assert.match(
      places ?? "",
      /^ {2}in .+\/air-temperature\.zarr \(and beside it\) and .+\/accrete\.sqlite$/,
    );
    assert.match(fault ?? "", /^accrete: it is removed where its id is typed at a terminal, or with --yes/);
    assert.deepEqual(await filesOf(desk), before);
  });

  test("of what never was says so, and makes no ledger", async (t) => {
    const desk = await createDesk(t);
    const { exitCode, stderr } = await desk.accrete(`remove ${air} --yes`);
    assert.equal(exitCode, 1);
    assert.match(stderr, /there is no such dataset/);
    await assert.rejects(stat(desk.store));
    const unknown = await desk.accrete("remove maps --yes");
    assert.equal(unknown.exitCode, 2);
  });

  test("while somebody works on it says who, until when, and removes nothing", async (t) => {
    const desk = await grownDesk(t);
    const before = await filesOf(desk);
    const lease = { holder: "desk/7/x", expiresAt: Date.now() + 3_000_000, spanMs: 3_600_000 };
    await changeRecord(desk, { lease });
    const { exitCode, stderr } = await desk.accrete(`remove ${air} --yes --json`);
    assert.equal(exitCode, 1);
    const { error } = JSON.parse(stderr);
    assert.equal(error.tag, "contention");
    assert.match(
      error.faults[0],
      /somebody commits \(desk\/7\/x\), until \d{4}-\S+Z at least; nothing was removed/,
    );
    assert.deepEqual(await filesOf(desk), before);
  });

  test("one that was stopped is told of by every command, and finished by the same", async (t) => {
    const desk = await grownDesk(t);
    await changeRecord(desk, { removal: { by: "desk/7/x", at: Date.UTC(2026, 0, 2), decided: true } });
    const says =
      /somebody began to remove it at 2026-01-02T00:00:00\.000Z: `accrete remove air-temperature` finishes that/;
    for (const args of [`extend ${air}`, `plan ${air}`, `status ${air}`]) {
      const { exitCode, stderr } = await desk.accrete(args);
      assert.equal(exitCode, 1, args);
      assert.match(stderr, says, args);
    }
    for (const args of [`doctor ${air}`, `doctor ${air} --repair`]) {
      const { exitCode, stdout } = await desk.accrete(args);
      assert.equal(exitCode, 3, args);
      assert.match(stdout, says, args);
    }
    assert.match((await desk.accrete(`remove ${air}`)).stderr, /its removal began at 2026-01-02T00:00:00/);
    assert.equal((await desk.accrete(`remove ${air} --yes`)).exitCode, 0);
    assert.deepEqual(await filesOf(desk), []);
  });

  test("one that nobody can open goes all the same; two at once leave nothing", async (t) => {
    const desk = await grownDesk(t);
    await writeFile(join(desk.store, `${air}.zarr/.zmetadata`), "<html>");
    const ends = await Promise.all([
      desk.accrete(`remove ${air} --yes`),
      desk.accrete(`remove ${air} --yes`),
    ]);
    assert.ok(ends.some(({ exitCode }) => exitCode === 0));
    for (const { exitCode, stderr } of ends)
      if (exitCode !== 0)
        assert.match(stderr, /somebody else removes it|there is no such dataset|run it again/);
    assert.deepEqual(await filesOf(desk), []);
    assert.match((await desk.accrete(`remove ${air} --yes`)).stderr, /there is no such dataset/);
  });
});
