/**
 * Runs that do not end as planned: by Ctrl-C, by kill -9 at any moment, beside another run. Whatever happens, readers never
 * see anything torn, and the next run ends with the content that an undisturbed run would have left.
 */
import assert from "node:assert/strict";
import { watch } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import type { ServedFile } from "../../../shared/testing/files.ts";
import { airHours } from "../../support/airGranules.ts";
import { onlyInAll } from "../../support/sample.ts";
import { startTrmmProvider } from "../../support/trmmProvider.ts";
import {
  airFiles,
  airPath,
  createDesk,
  type Desk,
  granuleAt,
  runAccrete,
  timeOf,
  trmmFiles,
} from "./command.ts";
import { assertSameContent, bytesOf, readVisible, stepBytes, type Visible } from "./visible.ts";

const options = { concurrency: 2 };
const air = "air-temperature";
const id = "trmm-3b42rt";
/** Steps of two chunks of 40; those before them are missing for good. */
const indices = [37, 38, 39, 40, 41, 42];
const extendTrmm = `extend ${id} --start 2014-04-01 --now 2014-04-12`;
const shortLease = { ACCRETE_LEASE_SECONDS: "1" };
const stopped = { exitCode: 130, stderr: "accrete: stopped; run the same command again to go on\n" };

/** What undisturbed runs leave. */
let undisturbed: { readonly air: Visible; readonly trmm: Visible };
before(async () => {
  const directory = await mkdtemp(join(tmpdir(), "accrete-undisturbed-"));
  const provider = await startTrmmProvider({ files: { ...airFiles(), ...trmmFiles(...indices) } });
  after(async () => {
    await provider.close();
    await rm(directory, { recursive: true });
  });
  const left = async (name: string, args: string) => {
    const { exitCode } = await runAccrete(directory, args, { ACCRETE_SOURCE: provider.url }).finished;
    assert.equal(exitCode, 0);
    const visible = await readVisible(join(directory, "data"), name);
    assert.ok(visible);
    return visible;
  };
  undisturbed = { air: await left(air, `extend ${air}`), trmm: await left(id, extendTrmm) };
  assert.equal(undisturbed.air.length, 4);
  assert.deepEqual(undisturbed.trmm.statuses, [...Array(37).fill("missing"), ...Array(6).fill("present")]);
  for (const index of indices) assertIntact(undisturbed.trmm, index);
});

/** Fails unless the timestep holds what its granule was made from. */
function assertIntact(visible: Visible, index: number): void {
  for (const [name, field] of Object.entries(granuleAt(timeOf(index)).expected)) {
    assert.ok(stepBytes(visible, name, index).equals(bytesOf(field)), `${name} at timestep ${index}`);
  }
}

/** Whatever is visible at this moment is as it will be for good. */
function assertNotTorn(visible: Visible | undefined, whole: Visible): void {
  if (!visible) return;
  for (const [name, { dimensions }] of whole.arrays) {
    if (dimensions[0] !== "time") continue;
    for (let index = 0; index < visible.length; index++) {
      assert.ok(stepBytes(visible, name, index).equals(stepBytes(whole, name, index)), `${name} at ${index}`);
    }
  }
}

/** Resolves once an object of the dataset has been put so often. */
async function objectPut(t: TestContext, path: string, times: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  const watcher = watch(dirname(path), (event, name) => {
    if (event === "rename" && name === basename(path) && ++seen === times) resolve();
  });
  t.after(() => watcher.close());
  return promise;
}

describe("Ctrl-C", options, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} ends a run at once that waits for the provider, with 130 and one sentence`, async (t) => {
      const desk = await createDesk(t, airFiles());
      // The provider goes silent in the middle of every file; nothing but the signal ends that soon.
      Object.assign(desk.provider.faults, { stalledTransfers: 4, faultAfterBytes: 1000 });
      const run = desk.start(`extend ${air}`);
      await desk.provider.awaitCommand("RETR");
      run.kill(signal);
      const { exitCode, stderr } = await run.finished;
      assert.deepEqual({ exitCode, stderr }, stopped);
    });
  }

  test("the next run goes on at once: no lease is abandoned, and nothing is fetched twice", async (t) => {
    const desk = await createDesk(t, trmmFiles(37, 38, 39));
    await desk.accrete(extendTrmm);
    for (const [path, file] of Object.entries(trmmFiles(40, 41, 42))) {
      if (!(file instanceof Uint8Array)) desk.provider.put(path, file.bytes, file.modifiedAt);
    }
    Object.assign(desk.provider.faults, { stalledTransfers: 3, faultAfterBytes: 1000 });
    const run = desk.start(extendTrmm);
    await desk.provider.awaitCommand("RETR", 4);
    run.kill("SIGINT");
    assert.equal((await run.finished).exitCode, 130);
    assertNotTorn(await readVisible(desk.store, id), undisturbed.trmm);

    desk.provider.faults.stalledTransfers = 0;
    const before = desk.provider.count("RETR");
    const { exitCode, stdout, stderr } = await desk.accrete(extendTrmm);
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    assert.doesNotMatch(stdout, /left to others/);
    assert.match(stdout, /: 3 timesteps ingested, 0 failed/);
    assert.equal(desk.provider.count("RETR"), before + 3);
    assertSameContent(await readVisible(desk.store, id), undisturbed.trmm);
  });

  test("ends a run that waits for what another one works on", async (t) => {
    const desk = await createDesk(t, airFiles());
    desk.provider.faults.stalledTransfers = 4;
    const killed = desk.start(`extend ${air}`);
    await desk.provider.awaitCommand("RETR");
    killed.kill("SIGKILL");
    await killed.finished;
    const waiting = desk.start(`extend ${air}`);
    await waiting.says(/^left to others: 1 chunk that they work on$/m);
    waiting.kill("SIGINT");
    const { exitCode, stderr } = await waiting.finished;
    assert.deepEqual({ exitCode, stderr }, stopped);
  });
});

describe("--watch", options, () => {
  test("goes on after a round, until Ctrl-C ends it with 130", async (t) => {
    const desk = await createDesk(t, airFiles());
    const run = desk.start(`extend ${air} --watch`);
    await run.says(/^committed: 4 timesteps/m);
    await run.says(/^chunk 0: /m);
    run.kill("SIGINT");
    const { exitCode, stderr } = await run.finished;
    assert.deepEqual({ exitCode, stderr }, stopped);
    assertSameContent(await readVisible(desk.store, air), undisturbed.air);
  });

  test("ingests what the provider publishes meanwhile", async (t) => {
    const files = airFiles();
    const [late, ...early] = airHours.map(airPath).reverse() as [string, ...string[]];
    const desk = await createDesk(
      t,
      Object.fromEntries(early.map((path) => [path, files[path] as ServedFile])),
    );
    const run = desk.start(`extend ${air} --watch`, { ACCRETE_WATCH_SECONDS: "1" });
    await run.says(/^committed: 3 timesteps/m);
    desk.provider.put(late, (files[late] as ServedFile).bytes);
    await run.says(/^committed: 4 timesteps/m);
    run.kill("SIGINT");
    assert.equal((await run.finished).exitCode, 130);
    assertSameContent(await readVisible(desk.store, air), undisturbed.air);
  });

  test("ends where its dataset is removed, and begins no other", async (t) => {
    const desk = await createDesk(t, airFiles());
    const run = desk.start(`extend ${air} --watch`, { ACCRETE_WATCH_SECONDS: "5" });
    await run.says(/^committed: 4 timesteps/m);
    for (;;) {
      const { exitCode, stderr } = await desk.accrete(`remove ${air} --yes`);
      if (exitCode === 0) break;
      assert.match(stderr, /nothing was removed/);
    }
    const { exitCode, stderr } = await run.finished;
    assert.equal(exitCode, 1);
    assert.match(stderr, /the dataset was removed meanwhile; run again to begin it anew/);
    assert.match((await desk.accrete(`status ${air}`)).stderr, /there is no such dataset/);
  });

  test("a provider that refuses for now does not end it", async (t) => {
    const desk = await createDesk(t, airFiles());
    desk.provider.faults.refuseLogins = true;
    const run = desk.start(`extend ${air} --watch`);
    await run.says(/530 Login incorrect/, "stderr");
    run.kill("SIGINT");
    const { exitCode, stderr } = await run.finished;
    assert.equal(exitCode, 130);
    assert.ok(stderr.endsWith(stopped.stderr), stderr);
  });
});

describe("kill -9", options, () => {
  /** Kills a run at that moment; then looks at what is left as a reader, and runs again. */
  async function killAt(
    desk: Desk,
    name: typeof air | typeof id,
    moment: (run: ReturnType<Desk["start"]>) => Promise<void>,
  ): Promise<void> {
    const args = name === air ? `extend ${air}` : extendTrmm;
    const whole = name === air ? undisturbed.air : undisturbed.trmm;
    const run = desk.start(args, shortLease);
    await Promise.race([moment(run), run.finished]);
    run.kill("SIGKILL");
    await run.finished;
    assertNotTorn(await readVisible(desk.store, name), whole);
    const { exitCode, stderr } = await desk.accrete(args, shortLease);
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    assertSameContent(await readVisible(desk.store, name), whole);
  }

  // A sample has a chunk's put, and the commit's last ones.
  for (const [key, times, skip] of [
    [".zattrs", 1, onlyInAll],
    ["lat/0", 1, onlyInAll],
    [".zgroup", 1, onlyInAll],
    ["time/.zarray", 1, onlyInAll],
    [".zmetadata", 1, onlyInAll],
    ["air/0.0.0", 1, false],
    ["granule_status/0", 1, onlyInAll],
    ["air/.zarray", 2, onlyInAll],
    ["time/.zarray", 2, onlyInAll],
    [".zattrs", 2, onlyInAll],
    [".zmetadata", 2, false],
  ] as const) {
    test(`when ${key} is put for the ${times === 1 ? "first" : "second"} time`, { skip }, async (t) => {
      const desk = await createDesk(t, airFiles());
      const put = objectPut(t, join(desk.store, `${air}.zarr`, key), times);
      await killAt(desk, air, () => put);
    });
  }

  for (const [key, skip] of [
    ["provenance/00000000.json", onlyInAll],
    ["status.json", false],
  ] as const) {
    test(`when the ${key} beside the dataset is put`, { skip }, async (t) => {
      const desk = await createDesk(t, airFiles());
      const put = objectPut(t, join(desk.store, `${air}.accrete`, key), 1);
      await killAt(desk, air, () => put);
    });
  }

  for (const line of ["created", "pending", "committed"]) {
    test(`when it says "${line}"`, { skip: onlyInAll }, async (t) => {
      const desk = await createDesk(t, airFiles());
      await killAt(desk, air, async (run) => void (await run.says(new RegExp(`^${line}`, "m"))));
    });
  }

  for (const [downloads, skip] of [
    [1, onlyInAll],
    [6, false],
  ] as const) {
    test(`when it asks for granule ${downloads} of 6 in two chunks`, { skip }, async (t) => {
      const desk = await createDesk(t, trmmFiles(...indices));
      await killAt(desk, id, () => desk.provider.awaitCommand("RETR", downloads));
    });
  }

  test("when the first of two chunks is stored", { skip: onlyInAll }, async (t) => {
    const desk = await createDesk(t, trmmFiles(...indices));
    const put = objectPut(t, join(desk.store, `${id}.zarr/precipitation/0.0.0`), 1);
    await killAt(desk, id, () => put);
  });

  test("again and again: each run gets further, or the last one does all", async (t) => {
    const desk = await createDesk(t, airFiles());
    for (const key of [".zgroup", "air/0.0.0", "granule_status/0", ".zmetadata"]) {
      const put = objectPut(t, join(desk.store, `${air}.zarr`, key), 1);
      const run = desk.start(`extend ${air}`, shortLease);
      await Promise.race([put, run.finished]);
      run.kill("SIGKILL");
      await run.finished;
      assertNotTorn(await readVisible(desk.store, air), undisturbed.air);
    }
    assert.equal((await desk.accrete(`extend ${air}`, shortLease)).exitCode, 0);
    assertSameContent(await readVisible(desk.store, air), undisturbed.air);
  });
});

describe("two runs at once", options, () => {
  test("on one dataset: both end well, and leave what one would have left", async (t) => {
    const desk = await createDesk(t, trmmFiles(...indices));
    const both = await Promise.all([desk.accrete(extendTrmm), desk.accrete(extendTrmm)]);
    for (const { exitCode, stderr } of both) {
      assert.equal(stderr, "");
      assert.equal(exitCode, 0);
    }
    assertSameContent(await readVisible(desk.store, id), undisturbed.trmm);
  });

  test("the second one ends only when what the first works on is there", async (t) => {
    const desk = await createDesk(t, airFiles());
    desk.provider.faults.silent.add("RETR");
    const first = desk.start(`extend ${air}`);
    await desk.provider.awaitCommand("RETR");
    desk.provider.faults.silent.clear();
    const second = desk.start(`extend ${air}`);
    await second.says(/^left to others: 1 chunk/m);
    desk.provider.endConnections();
    for (const run of [first, second]) {
      const { exitCode, stdout } = await run.finished;
      assert.equal(exitCode, 0, stdout);
    }
    assert.match((await second.finished).stdout, /: 0 timesteps ingested/);
    assertSameContent(await readVisible(desk.store, air), undisturbed.air);
  });

  test("a backfill beside a live run, on one chunk: neither loses", async (t) => {
    const desk = await createDesk(t, airFiles());
    const both = await Promise.all([
      desk.accrete(`extend ${air} --from 2013-01-01T12`),
      desk.accrete(`extend ${air} --to 2013-01-01T06`),
    ]);
    assert.deepEqual(
      both.map(({ exitCode }) => exitCode),
      [0, 0],
    );
    assertSameContent(await readVisible(desk.store, air), undisturbed.air);
  });

  test("on two datasets of one store: neither minds the other", async (t) => {
    const desk = await createDesk(t, { ...airFiles(), ...trmmFiles(...indices) });
    const both = await Promise.all([desk.accrete(extendTrmm), desk.accrete(`extend ${air}`)]);
    assert.deepEqual(
      both.map(({ exitCode }) => exitCode),
      [0, 0],
    );
    assertSameContent(await readVisible(desk.store, id), undisturbed.trmm);
    assertSameContent(await readVisible(desk.store, air), undisturbed.air);
  });
});
