/** `accrete doctor`: says what is wrong, repairs it if asked to, writes nothing otherwise, and ends as a script needs it. */
import assert from "node:assert/strict";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { airFiles, airPath, createDesk, type Desk } from "./command.ts";
import { assertSameContent, readVisible } from "./visible.ts";

const options = { concurrency: 2 };
const air = "air-temperature";

/** A desk with the whole series ingested. */
async function grownDesk(t: Parameters<typeof createDesk>[0]): Promise<Desk> {
  const desk = await createDesk(t, airFiles());
  assert.equal((await desk.accrete(`extend ${air}`)).exitCode, 0);
  return desk;
}

const inGroup = (desk: Desk, key: string) => join(desk.store, `${air}.zarr`, key);

/** Every file below the store but the ledger's, whose bookkeeping of readers is SQLite's own, with its time of change. */
async function filesOf({ store }: Desk): Promise<string[]> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const stated = files
    .filter((file) => !file.includes("sqlite"))
    .map(async (file) => `${file} ${(await stat(file)).mtimeMs}`);
  return (await Promise.all(stated)).sort();
}

describe("accrete doctor", options, () => {
  test("finds nothing wrong with a healthy dataset, and writes nothing", async (t) => {
    const desk = await grownDesk(t);
    const before = await filesOf(desk);
    const { exitCode, stdout, stderr } = await desk.accrete(`doctor ${air}`);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.deepEqual(stdout.split("\n"), [
      `${air}: 4 timesteps, valid through 2013-01-01T18:00:00Z`,
      `${air}: 0 faults, 0 notes`,
      "",
    ]);
    assert.deepEqual(await filesOf(desk), before);
  });

  test("lists what is wrong and what it means, and writes nothing without --repair", async (t) => {
    const desk = await grownDesk(t);
    await rm(inGroup(desk, "air/0.0.0"));
    await writeFile(inGroup(desk, ".zmetadata"), "<html>");
    const before = await filesOf(desk);
    const { exitCode, stdout, stderr } = await desk.accrete(`doctor ${air}`);
    assert.deepEqual([exitCode, stderr], [3, ""]);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows, [
      [`${air}: 4 timesteps, valid through 2013-01-01T18:00:00Z`],
      ["", "where", "found", "means", "how it is repaired"],
      [
        "fault",
        ".zmetadata",
        "metadata damaged: it holds no metadata",
        "readers cannot open it, or only a part",
        "written from the ledger",
      ],
      [
        "fault",
        "air chunk 0",
        "object gone",
        "readers find fill where values belong, or an error",
        "ingested again",
      ],
      [`${air}: 2 faults, 0 notes; --repair repairs what can be repaired`],
      [""],
    ]);
    assert.deepEqual(await filesOf(desk), before);
  });

  test("--repair repairs it, says what it did, and looks again", async (t) => {
    const desk = await grownDesk(t);
    const whole = await readVisible(desk.store, air);
    await rm(inGroup(desk, "air/0.0.0"));
    await writeFile(inGroup(desk, ".zmetadata"), "<html>");
    const { exitCode, stdout } = await desk.accrete(`doctor ${air} --repair`);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^ {2}metadata: written from the ledger: commit 2, 4 timesteps$/m);
    assert.match(stdout, /^ {2}objects chunk 0: ingested again: 4 ingested, 0 failed$/m);
    assert.match(stdout, /^after the repair\n.*\n.*: 0 faults, 0 notes; all that was wrong is repaired\n$/m);
    assertSameContent(await readVisible(desk.store, air), whole);
  });

  test("a lost ledger is rebuilt: what is there is not ingested again afterwards", async (t) => {
    const desk = await grownDesk(t);
    const whole = await readVisible(desk.store, air);
    for (const file of await readdir(desk.store))
      if (file.startsWith("accrete.sqlite")) await rm(join(desk.store, file));
    const looked = await desk.accrete(`doctor ${air}`);
    assert.equal(looked.exitCode, 3);
    assert.match(looked.stdout, /ledger chunk 0 +record gone .* rebuilt from the provenance$/m);
    assert.equal((await readdir(desk.store)).includes("accrete.sqlite"), false);
    const { exitCode, stdout } = await desk.accrete(`doctor ${air} --repair --adopt`);
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^ {2}ledger chunk 0: rebuilt from the provenance: 4 timesteps from the provenance$/m,
    );
    assert.match(
      stdout,
      /^ {2}objects chunk 0: believed as it is: nothing proves the values of 4 timesteps$/m,
    );
    assert.match((await desk.accrete(`extend ${air}`)).stdout, /: 0 timesteps ingested, 0 failed/);
    assertSameContent(await readVisible(desk.store, air), whole);
  });

  test("what cannot be repaired is left, said, and ends with 3", async (t) => {
    const desk = await grownDesk(t);
    const object = inGroup(desk, "air/0.0.0");
    await writeFile(object, (await readFile(object)).subarray(0, 100));
    await desk.provider.close();
    const { exitCode, stdout } = await desk.accrete(`doctor ${air} --repair`);
    assert.equal(exitCode, 3);
    assert.match(stdout, /^left\n {2}provider chunk 0: ingested again: it cannot be asked: \S/m);
    assert.match(stdout, /^note +provider chunk 0 +provider cannot be asked: /m);
    assert.match(stdout, /: 1 fault, 1 note left; see above\n$/);
  });

  test("--json tells the same to machines", async (t) => {
    const desk = await grownDesk(t);
    desk.provider.put(airPath("06"), new Uint8Array(5300), Date.UTC(2013, 0, 3));
    await rm(inGroup(desk, "lat/0"));
    const { exitCode, stdout } = await desk.accrete(`doctor ${air} --json`);
    assert.equal(exitCode, 3);
    assert.deepEqual(JSON.parse(stdout), {
      dataset: air,
      length: 4,
      valid_through: "2013-01-01T18:00:00Z",
      differences: [
        {
          kind: "coordinateGone",
          weight: "fault",
          place: "lat/0",
          of: "whole",
          detail: "",
          means: "readers place values wrongly, or not at all",
          mending: "rewrite",
        },
        {
          kind: "revised",
          weight: "note",
          place: "provider",
          of: "timestep",
          first: "2013-01-01T06:00:00Z",
          last: "2013-01-01T06:00:00Z",
          detail: "",
          means: "its values are those of an earlier file",
          mending: "next",
        },
      ],
    });
    const repaired = await desk.accrete(`doctor ${air} --repair --json`);
    assert.equal(repaired.exitCode, 0);
    const { differences, repair } = JSON.parse(repaired.stdout);
    const kinds = differences.map(({ kind }: { kind: string }) => kind);
    assert.deepEqual([kinds, repair.left], [["revised"], []]);
  });

  test("a record that the ledger cannot read is named, and what to do about it", async (t) => {
    const desk = await grownDesk(t);
    const database = new DatabaseSync(join(desk.store, "accrete.sqlite"));
    database.exec("UPDATE records SET record = '{' WHERE chunk = 0");
    const { exitCode, stdout } = await desk.accrete(`doctor ${air}`);
    assert.equal(exitCode, 3);
    assert.match(
      stdout,
      /^fault +ledger chunk 0 +record cannot be read: .* a person has to delete the record/m,
    );
    database.exec("DELETE FROM records WHERE chunk = 0");
    database.close();
    assert.equal((await desk.accrete(`doctor ${air} --repair`)).exitCode, 0);
  });

  test("while somebody commits, not all can be judged: that is said, and ends with 3", async (t) => {
    const desk = await grownDesk(t);
    const database = new DatabaseSync(join(desk.store, "accrete.sqlite"));
    const held = JSON.stringify({ holder: "somebody", expiresAt: Date.now() + 3_600_000 });
    database
      .prepare(
        "UPDATE records SET record = json_set(record, '$.lease', json(?), '$.length', 3) WHERE chunk = -1",
      )
      .run(held);
    database.close();
    await writeFile(inGroup(desk, "air/.zattrs"), "{}");
    await rm(inGroup(desk, "lat/0"));
    const looked = await desk.accrete(`doctor ${air}`);
    assert.equal(looked.exitCode, 3);
    assert.match(looked.stdout, /2 faults, 2 notes; not all could be judged: look again\n$/);
    const { stdout } = await desk.accrete(`doctor ${air} --repair`);
    assert.match(stdout, /^left\n {2}ledger: .*: somebody commits$/m);
    assert.doesNotMatch(stdout, /all that was wrong is repaired/);
  });

  test("a dataset that begins elsewhere is not touched", async (t) => {
    const desk = await grownDesk(t);
    const { exitCode, stderr } = await desk.accrete(`doctor ${air} --repair --start 2013-01-01T06:00:00Z`);
    assert.equal(exitCode, 1);
    assert.match(stderr, /start: --start says 2013-01-01T06:00:00Z, the store 2013-01-01T00:00:00Z/);
  });

  test("an unknown dataset, a store without it, and --adopt alone end with a sentence", async (t) => {
    const desk = await createDesk(t, airFiles());
    const unknown = await desk.accrete("doctor maps");
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /^accrete: .*maps/);
    const none = await desk.accrete(`doctor ${air} --repair`);
    assert.equal(none.exitCode, 1);
    assert.match(none.stderr, /there is no such dataset; `accrete extend air-temperature` creates it\n$/);
    const alone = await desk.accrete(`doctor ${air} --adopt`);
    assert.deepEqual([alone.exitCode, alone.stderr], [2, "accrete: --adopt goes with --repair\n"]);
  });

  test("--help says what a fault is, what a note is, and what --repair does", async (t) => {
    const desk = await createDesk(t);
    const { exitCode, stdout } = await desk.accrete("doctor --help");
    assert.equal(exitCode, 0);
    for (const word of [
      /--repair/,
      /--adopt/,
      /--json/,
      /--from/,
      /A fault is wrong; a note/,
      /3 faults are left/,
    ])
      assert.match(stdout, word);
  });
});
