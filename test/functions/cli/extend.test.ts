/** `accrete extend` as a person uses it: what it ingests, what it says, and where it looks for its settings. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type AirHour, airHours } from "../../support/airGranules.ts";
import { granule3b42rt } from "../../support/granules.ts";
import { trmmPath } from "../../support/trmmProvider.ts";
import { airFiles, airPath, createDesk, type Desk, granuleAt, timeOf, trmmFiles } from "./command.ts";
import { bytesOf, readVisible, stepBytes, type Visible } from "./visible.ts";

const options = { concurrency: 2 };
const id = "trmm-3b42rt";
const extend = `extend ${id} --start 2014-04-01`;
/** When the first six timesteps are expected, and no other. */
const firstSix = "--now 2014-04-02T00:00:00Z";
const air = "air-temperature";

async function trmm(desk: Desk): Promise<Visible> {
  const visible = await readVisible(desk.store, id);
  assert.ok(visible, "the dataset can be opened");
  return visible;
}

/** Fails unless the timestep holds what its granule was made from. */
function assertTakenIn(visible: Visible, index: number, granule = granuleAt(timeOf(index))): void {
  for (const [name, field] of Object.entries(granule.expected)) {
    assert.ok(stepBytes(visible, name, index).equals(bytesOf(field)), `${name} at timestep ${index}`);
  }
}

/** Fails unless the dataset shows these hours, with the numbers of their files. */
async function assertAirTakenIn(store: string, hours: readonly AirHour[] = airHours): Promise<void> {
  const visible = await readVisible(store, air);
  assert.ok(visible, `${store} can be opened`);
  const files = airFiles();
  assert.deepEqual(
    visible.times,
    hours.map((hour) => `2013-01-01T${hour}:00:00Z`),
  );
  for (const [index, hour] of hours.entries()) {
    const { bytes } = files[airPath(hour)] as { readonly bytes: Uint8Array };
    const bigEndian = new DataView(bytes.buffer, bytes.byteOffset);
    const expected = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bigEndian.getFloat32(4 * i));
    assert.ok(stepBytes(visible, "air", index).equals(bytesOf(expected)), `air at ${hour}`);
  }
}

describe("accrete extend", options, () => {
  test("ingests all that the provider has, says so, and ends with 0", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 2, 3, 4, 5));
    const { exitCode, stdout, stderr } = await desk.accrete(`${extend} ${firstSix}`);
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^created trmm-3b42rt, which begins at 2014-04-01T00:00:00Z$/m);
    const megabytes = [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + granuleAt(timeOf(i)).gz.length, 0) / 1e6;
    assert.match(stdout, new RegExp(`^pending: 6 granules, ${megabytes.toFixed(1)} MB, 1 batch$`, "m"));
    assert.match(stdout, /^chunk 0: 6 timesteps ingested$/m);
    assert.match(stdout, /^committed: 6 timesteps, valid through 2014-04-01T15:00:00Z$/m);
    assert.equal(
      stdout.split("\n").at(-2),
      `${id}: 6 timesteps ingested, 0 failed; in ${desk.store}/${id}.zarr`,
    );

    const visible = await trmm(desk);
    assert.deepEqual(
      visible.times,
      [0, 3, 6, 9, 12, 15].map((hour) => `2014-04-01T${String(hour).padStart(2, "0")}:00:00Z`),
    );
    assert.deepEqual(visible.statuses, Array(6).fill("present"));
    for (let index = 0; index < 6; index++) assertTakenIn(visible, index);
  });

  test("a second run has nothing to ingest, and changes nothing", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1));
    await desk.accrete(`${extend} ${firstSix}`);
    const metadata = () => readFile(join(desk.store, `${id}.zarr/.zmetadata`), "utf8");
    const before = await metadata();
    const downloads = desk.provider.count("RETR");
    assert.deepEqual(await desk.accrete(`extend ${id} ${firstSix}`), {
      exitCode: 0,
      stdout: `${id}: 0 timesteps ingested, 0 failed; in ${desk.store}/${id}.zarr\n`,
      stderr: "",
    });
    assert.equal(desk.provider.count("RETR"), downloads);
    assert.equal(await metadata(), before);
  });

  test("a run after a new granule fetches that one alone", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1));
    await desk.accrete(`${extend} ${firstSix}`);
    const downloads = desk.provider.count("RETR");
    desk.provider.put(trmmPath(timeOf(2)), granuleAt(timeOf(2)).gz, timeOf(4));
    const { exitCode, stdout } = await desk.accrete(`extend ${id} ${firstSix}`);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^trmm-3b42rt: 1 timestep ingested, 0 failed/m);
    assert.equal(desk.provider.count("RETR"), downloads + 1);
    const visible = await trmm(desk);
    assert.equal(visible.length, 3);
    for (const index of [0, 1, 2]) assertTakenIn(visible, index);
  });

  test("a revised granule replaces the old values", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 2));
    await desk.accrete(`${extend} ${firstSix}`);
    const revised = granule3b42rt({ time: timeOf(1), seed: 2 });
    desk.provider.put(trmmPath(timeOf(1)), revised.gz, timeOf(7));
    assert.equal((await desk.accrete(`extend ${id} ${firstSix}`)).exitCode, 0);
    const visible = await trmm(desk);
    assertTakenIn(visible, 0);
    assertTakenIn(visible, 1, revised);
    assertTakenIn(visible, 2);
  });

  test("--start is kept in the dataset, and another one later is refused", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air} --start 2013-01-01T06`);
    await assertAirTakenIn(desk.store, airHours.slice(1));
    assert.equal((await desk.accrete(`extend ${air} --start 2013-01-01T06`)).exitCode, 0);
    assert.equal((await desk.accrete(`extend ${air}`)).exitCode, 0);
    const { exitCode, stderr } = await desk.accrete(`extend ${air} --start 2013-01-01T12`);
    assert.equal(exitCode, 1);
    assert.match(stderr, /--start says 2013-01-01T12:00:00Z, the store 2013-01-01T06:00:00Z/);
    await assertAirTakenIn(desk.store, airHours.slice(1));
  });

  test("--from and --to limit what is ingested; readers see it once its elders are there", async (t) => {
    const desk = await createDesk(t, airFiles());
    const now = "--now 2013-01-01T20:00:00Z";
    const range = "--from 2013-01-01T06 --to 2013-01-01T12";
    const { exitCode, stdout } = await desk.accrete(`extend ${air} ${range} ${now}`);
    assert.equal(exitCode, 0);
    assert.match(stdout, /: 2 timesteps ingested/);
    assert.equal(desk.provider.count("RETR"), 2);
    await assertAirTakenIn(desk.store, []);

    await desk.accrete(`extend ${air} --to 2013-01-01T00 ${now}`);
    assert.equal(desk.provider.count("RETR"), 3);
    await assertAirTakenIn(desk.store, airHours.slice(0, 3));
  });

  test("--force ingests again what seems unchanged", async (t) => {
    const files = airFiles();
    const desk = await createDesk(t, files);
    await desk.accrete(`extend ${air}`);
    const six = files[airPath("06")] as { readonly bytes: Uint8Array; readonly modifiedAt: number };
    const twelve = files[airPath("12")] as typeof six;
    // Of the same size and date as before.
    desk.provider.put(airPath("06"), twelve.bytes, six.modifiedAt);
    const second = async () => {
      const visible = await readVisible(desk.store, air);
      assert.ok(visible);
      return stepBytes(visible, "air", 1).equals(stepBytes(visible, "air", 2));
    };
    assert.match((await desk.accrete(`extend ${air}`)).stdout, /: 0 timesteps ingested/);
    assert.equal(await second(), false);
    const { exitCode, stdout } = await desk.accrete(`extend ${air} --force --from 2013-01-01T06`);
    assert.equal(exitCode, 0);
    assert.match(stdout, /: 3 timesteps ingested/);
    assert.equal(await second(), true);
  });

  test("--now leaves alone what lies after it", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air} --now 2013-01-01T11:59:59Z`);
    assert.equal(desk.provider.count("RETR"), 2);
    await assertAirTakenIn(desk.store, airHours.slice(0, 2));
  });

  test("a broken granule is told with its reason and next try, the others go in, and it ends with 3", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 2));
    const broken = granuleAt(timeOf(1)).gz;
    desk.provider.put(trmmPath(timeOf(1)), broken.subarray(0, broken.length / 2), timeOf(3));
    const { exitCode, stdout, stderr } = await desk.accrete(`${extend} ${firstSix}`);
    assert.equal(stderr, "");
    assert.equal(exitCode, 3);
    assert.match(stdout, /^failed: 2014-04-01T03:00:00Z truncated: \S.*$/m);
    assert.match(stdout, /^ +attempt 1, next try 2014-04-02T01:00:00Z$/m);
    assert.match(stdout, /^chunk 0: 2 timesteps ingested, 1 failed$/m);
    assert.match(stdout, /^trmm-3b42rt: 2 timesteps ingested, 1 failed; in /m);
    const visible = await trmm(desk);
    assert.deepEqual(visible.times, ["2014-04-01T00:00:00Z"]);
    assertTakenIn(visible, 0);

    const repaired = { time: timeOf(1), seed: 1 };
    desk.provider.put(trmmPath(timeOf(1)), granule3b42rt(repaired).gz, timeOf(5));
    assert.equal((await desk.accrete(`extend ${id} ${firstSix}`)).exitCode, 0);
    assert.equal((await trmm(desk)).length, 3);
  });

  test("into a file it tells its progress in plain lines", async (t) => {
    const desk = await createDesk(t, airFiles());
    const { stdout } = await desk.accrete(`extend ${air}`);
    assert.match(stdout, /^(?:[ -~]+\n)+$/);
    assert.deepEqual(
      stdout
        .split("\n")
        .map((line) => line.split(/[: ]/, 1)[0])
        .sort(),
      ["", "air-temperature", "chunk", "committed", "created", "pending"],
    );
  });
});

describe("where the command looks", options, () => {
  test("without a word about it, datasets and ledger are in ./data", async (t) => {
    const desk = await createDesk(t, airFiles());
    assert.equal((await desk.accrete(`extend ${air}`)).exitCode, 0);
    await assertAirTakenIn(join(desk.directory, "data"));
    assert.ok(existsSync(join(desk.directory, "data", "accrete.sqlite")));
  });

  test("--store takes a path or a file URL, and so does ACCRETE_STORE", async (t) => {
    const desk = await createDesk(t, airFiles());
    const named = (name: string) => join(desk.directory, name);
    const url = (name: string) => pathToFileURL(named(name)).href;
    assert.match(url("my maps"), /my%20maps$/);
    for (const [args, environment, store] of [
      [["--store", "some/where"], {}, "some/where"],
      [["--store", named("absolute")], {}, "absolute"],
      [["--store", url("my maps")], {}, "my maps"],
      [[], { ACCRETE_STORE: "from environment" }, "from environment"],
      [[], { ACCRETE_STORE: url("by url") }, "by url"],
    ] as const) {
      const { exitCode, stdout } = await desk.accrete(["extend", air, ...args], environment);
      assert.equal(exitCode, 0);
      assert.ok(stdout.endsWith(`in ${named(store)}/${air}.zarr\n`), stdout);
      await assertAirTakenIn(named(store));
    }
  });

  test("--ledger takes a path or a sqlite URL, and so does ACCRETE_LEDGER", async (t) => {
    const desk = await createDesk(t, airFiles());
    const named = (name: string) => join(desk.directory, name);
    const [args, environment, ledger] = [
      ["--ledger", "sub/one.sqlite"],
      { ACCRETE_LEDGER: `sqlite://${named("two.sqlite")}` },
      "accrete.sqlite",
    ] as const;
    assert.equal((await desk.accrete(["extend", air, "--store", "a", ...args])).exitCode, 0);
    assert.equal((await desk.accrete(["extend", air, "--store", "b"], environment)).exitCode, 0);
    assert.ok(existsSync(named("sub/one.sqlite")) && existsSync(named("two.sqlite")));
    assert.ok(!existsSync(named(`a/${ledger}`)) && !existsSync(named(`b/${ledger}`)));
    // What it is told the second time is what it kept the first time.
    const again = await desk.accrete(["extend", air, "--store", "b"], environment);
    assert.match(again.stdout, /: 0 timesteps ingested/);
  });

  test("an option wins over the environment", async (t) => {
    const desk = await createDesk(t, airFiles());
    const typed = ["--store", "typed", "--ledger", "typed.sqlite", "--source", desk.provider.url];
    const { exitCode } = await desk.accrete(["extend", air, ...typed], {
      ACCRETE_STORE: "unwanted",
      ACCRETE_LEDGER: "unwanted.sqlite",
      ACCRETE_SOURCE: "ftp://nowhere.invalid/",
    });
    assert.equal(exitCode, 0);
    await assertAirTakenIn(join(desk.directory, "typed"));
    assert.ok(existsSync(join(desk.directory, "typed.sqlite")));
    assert.ok(!existsSync(join(desk.directory, "unwanted")));
    assert.ok(!existsSync(join(desk.directory, "unwanted.sqlite")));
  });

  test("--source may name a directory of the server", async (t) => {
    const files = Object.entries(airFiles()).map(([path, file]) => [`/pub/air data${path}`, file]);
    const desk = await createDesk(t, Object.fromEntries(files));
    const source = `${desk.provider.url}pub/air%20data`;
    assert.equal((await desk.accrete(["extend", air, "--source", source])).exitCode, 0);
    await assertAirTakenIn(desk.store);
  });
});
