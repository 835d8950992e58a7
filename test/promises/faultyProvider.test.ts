/**
 * Promises 2 and 3 on an FTP server that misbehaves: it stalls, drops, lies about sizes, shows files that are still growing,
 * replaces them between listing and fetching, answers with web pages, goes away, takes few connections. A reader who looks
 * after every put meets no wrong value; status and reason are right; once the server behaves, the content is exact.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { freePort } from "../support/freePort.ts";
import { webPage } from "../support/ftpFaults.ts";
import { startFtpServer } from "../support/ftpServer.ts";
import { type FtpWorld, type FtpWorldOptions, startFtpWorld } from "../support/ftpWorld.ts";
import { hourMs, tinyGranule, tinyPath, tinyTime } from "../support/tinyDataset.ts";
import { assertContent, type Expected, present } from "../support/tinyWorld.ts";

const attemptsMax = 2;
/** Short enough to wait for, long enough for whatever answers. */
/** Longer than a busy machine takes for what the server does answer. */
const stall = { idleMs: 5000, attemptsMax };

/** Four granules are ingested; two more were published since, the second revised. */
async function grown(t: TestContext, options: FtpWorldOptions = {}): Promise<FtpWorld> {
  const found = await startFtpWorld(t, { limits: { attemptsMax }, ...options });
  found.publishAll(0, 3);
  found.world.at(5);
  await found.run();
  await assertContent(found.world, present(4));
  found.publishAll(4, 5);
  found.publish(1, { revision: 1 });
  found.world.at(7);
  return found;
}

const healed: readonly Expected[] = [0, 1, 0, 0, 0, 0];
/** Where the granule of timestep 4 is what cannot be read. */
const fourth = new RegExp(tinyPath(4).replaceAll(".", "\\."));

/** The next run ingests everything, and the one after it finds nothing to do. */
async function assertHeals(found: FtpWorld, expected: readonly Expected[] = healed): Promise<void> {
  await found.run();
  await assertContent(found.world, expected);
  assert.deepEqual(await found.faults(), {});
  const retrieved = found.server.count("RETR");
  assert.equal((await found.run()).taken, 0);
  assert.equal(found.server.count("RETR"), retrieved);
}

describe("an FTP server that stalls", { concurrency: true }, () => {
  test("in the listing: nothing is ingested, what is there stays", async (t) => {
    const found = await grown(t, { limits: stall });
    found.server.faults.silent.add("MLSD");
    await assert.rejects(found.run(), { tag: "source", fault: "listing" });
    await assertContent(found.world, present(4));
    found.server.faults.silent.clear();
    await assertHeals(found);
  });

  for (const [where, faultAfterBytes] of [
    ["before the first byte of a file", 0],
    ["in the middle of a file", 60],
  ] as const) {
    test(`${where}: that one is failing and not shown, the others are ingested`, async (t) => {
      const found = await grown(t, { limits: stall });
      Object.assign(found.server.faults, { stalledTransfers: attemptsMax, faultAfterBytes, paths: fourth });
      assert.deepEqual(await outcomeOf(found), { taken: 2, failed: 1 });
      await assertContent(found.world, healed.slice(0, 4));
      assert.deepEqual(await found.faults(), { 4: "transfer" });
      found.world.at(8.5);
      await assertHeals(found);
    });
  }
});

describe("an FTP server that drops the connection in the middle of a file", () => {
  test("once: the file is ingested whole", async (t) => {
    const found = await grown(t);
    Object.assign(found.server.faults, { brokenTransfers: attemptsMax - 1, faultAfterBytes: 60 });
    assert.deepEqual(await outcomeOf(found), { taken: 3, failed: 0 });
    await assertContent(found.world, healed);
  });

  for (const kind of ["brokenTransfers", "shortTransfers"] as const) {
    test(`as often as it is tried (${kind}): that one is failing and not shown`, async (t) => {
      const found = await grown(t);
      Object.assign(found.server.faults, { [kind]: attemptsMax, faultAfterBytes: 60, paths: fourth });
      assert.deepEqual(await outcomeOf(found), { taken: 2, failed: 1 });
      await assertContent(found.world, healed.slice(0, 4));
      assert.deepEqual(await found.faults(), { 4: "transfer" });
      found.world.at(8.5);
      await assertHeals(found);
    });
  }

  test("for longer than patience lasts: the timestep is shown as corrupt, and heals", async (t) => {
    const found = await grown(t);
    Object.assign(found.server.faults, { brokenTransfers: 1000, faultAfterBytes: 60, paths: fourth });
    await found.run();
    found.world.at(20);
    await found.run();
    await assertContent(found.world, healed.with(4, "corrupt"));
    found.server.faults.brokenTransfers = 0;
    found.world.at(30);
    await assertHeals(found);
  });
});

describe("an FTP server that does not tell sizes", () => {
  const unsized: readonly (readonly [string, FtpWorldOptions])[] = [
    ["leaves the fact out of MLSD", { server: { faults: { factsLeftOut: new Set(["size"]) } } }],
    ["lists 0 for every file", { server: { faults: { listedBytes: 0 } } }],
    ["lists 0 for every file, by LIST", { server: { mlsd: false, faults: { listedBytes: 0 } } }],
    ["tells neither size nor date", { server: { faults: { factsLeftOut: new Set(["size", "modify"]) } } }],
  ];
  for (const [name, options] of unsized) {
    test(`as it ${name}: what comes is ingested once, and again when it is revised`, async (t) => {
      const found = await grown(t, options);
      assert.deepEqual(await outcomeOf(found), { taken: 3, failed: 0 });
      await assertContent(found.world, healed);
      const sizeBytes = tinyGranule({ index: 4 }).length;
      assert.equal((await found.world.step(4))?.granule?.sizeBytes, sizeBytes);
      await assertHeals(found);
    });

    test(`as it ${name}: an empty file is corrupt, is not asked for again and again, and heals`, async (t) => {
      const found = await grown(t, options);
      found.publish(4, { bytes: new Uint8Array(0) });
      assert.deepEqual(await outcomeOf(found), { taken: 2, failed: 1 });
      assert.deepEqual(await found.faults(), { 4: "notGzip" });
      const retrieved = found.server.count("RETR");
      assert.deepEqual(await outcomeOf(found), { taken: 0, failed: 0 });
      assert.equal(found.server.count("RETR"), retrieved);
      found.publish(4, { modifiedAt: tinyTime(4) + 2 * hourMs });
      await assertHeals(found);
    });
  }

  for (const mlsd of [true, false]) {
    test(`of links, by ${mlsd ? "MLSD" : "LIST"}: what they lead to is ingested, also when only that is replaced`, async (t) => {
      const found = await startFtpWorld(t, { server: { mlsd }, limits: { attemptsMax } });
      const linkedAt = tinyTime(0);
      const serve = (index: number, revision = 0) => {
        const bytes = tinyGranule({ index, revision });
        found.publish(index, { revision });
        found.server.remove(tinyPath(index));
        found.server.put(`/store/${index}`, bytes, tinyTime(index) + hourMs + revision * 60_000);
        found.server.link(tinyPath(index), `/store/${index}`, linkedAt);
      };
      for (const index of [0, 1, 2]) serve(index);
      found.world.at(4);
      await found.run();
      await assertContent(found.world, present(3));
      serve(1, 1);
      await assertHeals(found, [0, 1, 0]);
    });
  }

  for (const bytes of [undefined, new Uint8Array(99)]) {
    const what = bytes ? "a file of another size" : "one of the same size, once its date is told";
    test(`of a link without exact dates: ${what} is noticed, and what was not replaced is not ingested again`, async (t) => {
      const found = await startFtpWorld(t, { compression: "none" });
      found.server.faults.replies.set("MDTM", "502 No.");
      const serve = (index: number, revision: number, modifiedAt: number, bytes?: Uint8Array) => {
        const path = tinyPath(index, "tiny", ".bin");
        found.publish(index, { revision });
        found.server.remove(path);
        const whole = tinyGranule({ index, revision, compression: "none" });
        found.server.put(`/store/${index}`, bytes ?? whole, modifiedAt);
        found.server.link(path, `/store/${index}`, tinyTime(index));
      };
      for (const index of [0, 1]) serve(index, 0, tinyTime(index));
      found.world.at(4);
      assert.deepEqual(await outcomeOf(found), { taken: 2, failed: 0 });
      assert.deepEqual(await outcomeOf(found), { taken: 0, failed: 0 });
      found.world.at(4.5);
      serve(1, 1, found.world.clock.asOf, bytes);
      if (bytes) assert.deepEqual(await outcomeOf(found), { taken: 0, failed: 1 });
      else {
        assert.deepEqual(await outcomeOf(found), { taken: 0, failed: 0 });
        found.server.faults.replies.clear();
        assert.deepEqual(await outcomeOf(found), { taken: 1, failed: 0 });
        assert.equal((await found.world.step(1))?.granule?.revision, 1);
        assert.equal((await found.world.step(0))?.granule?.modifiedAt, tinyTime(0));
        serve(0, 1, tinyTime(0) + 1000);
        assert.deepEqual(await outcomeOf(found), { taken: 1, failed: 0 });
      }
      assert.deepEqual(await outcomeOf(found), { taken: 0, failed: 0 });
    });
  }

  test("of a link to nothing, and of one to a directory: those timesteps are failing, the others are ingested", async (t) => {
    const found = await grown(t);
    found.server.remove(tinyPath(4));
    found.server.link(tinyPath(4), "/nothing");
    assert.deepEqual(await outcomeOf(found), { taken: 2, failed: 1 });
    assert.deepEqual(await found.faults(), { 4: "notThere" });
    found.server.put("/nothing", tinyGranule({ index: 4 }));
    found.world.at(8.5);
    await assertHeals(found);
  });
});

describe("an FTP server that lies about sizes", () => {
  for (const listedSizeError of [7, -7]) {
    test(`by ${listedSizeError}: nothing of it is believed, old values stay, the truth heals at once`, async (t) => {
      const found = await grown(t);
      found.server.faults.listedSizeError = listedSizeError;
      assert.deepEqual(await outcomeOf(found), { taken: 0, failed: 6 });
      await assertContent(found.world, present(4));
      const sizes = Object.fromEntries(healed.map((_, index) => [index, "size"]));
      assert.deepEqual(await found.faults(), sizes);
      const bytes = tinyGranule({ index: 4 }).length;
      const { reason } = (await found.world.step(4))?.failed ?? {};
      assert.equal(reason, `${tinyPath(4)}: ${bytes} bytes came, ${bytes + listedSizeError} are listed`);
      found.server.faults.listedSizeError = 0;
      await assertHeals(found);
    });
  }
});

describe("a file that is still being uploaded", () => {
  for (const [compression, fault] of [
    ["gzip", "truncated"],
    ["none", "length"],
  ] as const) {
    test(`is failing and not shown till it is whole (${compression})`, async (t) => {
      const found = await grown(t, { compression });
      const whole = tinyGranule({ index: 5, compression });
      const modifiedAt = tinyTime(6) + 60_000;
      found.publish(5, { bytes: whole.subarray(0, whole.length - 30), modifiedAt });
      assert.deepEqual(await outcomeOf(found), { taken: 2, failed: 1 });
      await assertContent(found.world, healed.slice(0, 5));
      assert.deepEqual(await found.faults(), { 5: fault });
      found.publish(5, { modifiedAt: modifiedAt + 60_000 });
      await assertHeals(found);
    });
  }

  test("and grows between its listing and its fetch fails, and is ingested by the next plan", async (t) => {
    const found = await grown(t);
    found.publish(5, { bytes: tinyGranule({ index: 5 }).subarray(0, 50) });
    const { failures } = await found.run({
      beforeFetch: (path) => {
        if (path === tinyPath(5)) found.publish(5, { modifiedAt: tinyTime(7) });
      },
    });
    assert.deepEqual(failures, { [tinyPath(5)]: "size" });
    await assertHeals(found);
  });
});

describe("a file that is replaced between its listing and its fetch", () => {
  test("by one of another size fails, and the next plan ingests it", async (t) => {
    const found = await grown(t);
    const replace = (path: string) => {
      if (path === tinyPath(1)) found.publish(1, { revision: 2 });
    };
    assert.notEqual(
      tinyGranule({ index: 1, revision: 1 }).length,
      tinyGranule({ index: 1, revision: 2 }).length,
    );
    const { failures } = await found.run({ beforeFetch: replace });
    assert.deepEqual(failures, { [tinyPath(1)]: "size" });
    await assertHeals(found, healed.with(1, 2));
  });

  for (const mlsd of [true, false]) {
    for (const when of ["beforeFetch", "afterFetch"] as const) {
      const server = mlsd ? "MLSD" : "LIST";
      test(`by one of the same size is found out by its date (${server}, ${when})`, async (t) => {
        const found = await grown(t, { compression: "none", server: { mlsd } });
        const path = tinyPath(1, "tiny", ".bin");
        const replace = (fetched: string) => {
          if (fetched === path) found.publish(1, { revision: 2 });
        };
        const { failures } = await found.run({ [when]: replace });
        assert.deepEqual(failures, {});
        assert.equal(found.server.count("RETR"), 8, "once more, for its date");
        await assertHeals(found, healed.with(1, 2));
      });
    }
  }
});

describe("an FTP server that answers with web pages", () => {
  test("in place of a listing: an error that shows the line, and nothing is taken for missing", async (t) => {
    const found = await grown(t);
    found.server.faults.listingText = webPage;
    found.world.at(30);
    await assert.rejects(found.run(), { tag: "source", fault: "listing", message: /unknown form: "<html>/ });
    await assertContent(found.world, present(4));
    found.server.faults.listingText = undefined;
    await assertHeals(found);
  });

  test("in place of a file: it is corrupt with its reason, and heals when the file is there", async (t) => {
    const found = await grown(t);
    found.publish(4, { bytes: Buffer.from(webPage) });
    await found.run();
    await assertContent(found.world, healed.slice(0, 4));
    assert.deepEqual(await found.faults(), { 4: "notGzip" });
    assert.match((await found.world.step(4))?.failed?.reason ?? "", /HTML/i);
    found.world.at(20);
    await found.run();
    await assertContent(found.world, healed.with(4, "corrupt"));
    found.publish(4, { modifiedAt: found.world.clock.asOf });
    await assertHeals(found);
  });
});

test("an FTP server that goes away in the middle of a run: what came is kept, the rest comes when it is back", async (t) => {
  const found = await grown(t, { connectionsMax: 2, batchesMax: 1, server: { port: await freePort() } });
  let fetches = 0;
  const leave = async () => {
    if (++fetches === 2) await found.server.close();
  };
  await assert.rejects(found.run({ beforeFetch: leave }), { tag: "source", fault: "unreachable" });
  await assertContent(found.world, healed.slice(0, 4));
  await assert.rejects(found.run(), { tag: "source", fault: "unreachable" });
  const back = await startFtpServer({ port: found.server.port, now: () => found.world.clock.asOf });
  t.after(() => back.close());
  for (const [index, revision] of (healed as number[]).entries()) {
    back.put(tinyPath(index), tinyGranule({ index, revision }), tinyTime(index + 1) + revision * 60_000);
  }
  await found.run();
  await assertContent(found.world, healed);
  assert.equal(back.count("RETR"), 2, "only what was not there yet");
});

test("an FTP server that takes fewer connections than it is said to, and is slow: those that it takes get everything", async (t) => {
  const steps = 60;
  const found = await startFtpWorld(t, { steps, chunkLength: 10, connectionsMax: 6, batchesMax: 3 });
  Object.assign(found.server.faults, { connectionsMax: 2, latencyMs: 20 });
  found.publishAll(0, steps - 1);
  found.world.at(steps + 1);
  assert.deepEqual(await outcomeOf(found), { taken: steps, failed: 0 });
  await assertContent(found.world, present(steps));
});

async function outcomeOf(found: FtpWorld) {
  const { taken, failed } = await found.run();
  return { taken, failed };
}
