/** Beside the group stands where every timestep came from: enough to rebuild the ledger from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "../../../../shared/format/decompress/crc.ts";
import { hourMs, instantText, tinyGranule, tinyTime } from "../../../support/tinyDataset.ts";
import { neverAborted, tinyWorld } from "../../../support/tinyWorld.ts";

test("the provenance of a chunk names each timestep's granule, size, dates, checksum and revision, or its failure", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.remove(1);
  world.publish(2, { bytes: new Uint8Array(5) });
  world.at(12);
  await world.run();
  world.publish(3, { revision: 4 });
  await world.run();
  const bytes = tinyGranule({ index: 3, revision: 4 });
  const modified = tinyTime(3) + hourMs + 4 * 60_000;
  const found = await world.provenance(0);
  const ingested = found.steps.map(({ granule }) => granule?.ingested_at);
  assert.deepEqual(
    { ...found, steps: undefined },
    { schema: 2, dataset: "tiny", chunk: 0, start: instantText(tinyTime(0)), steps: undefined },
  );
  assert.deepEqual(
    found.steps.map(({ offset, time, status }) => [offset, time, status]),
    [
      [0, instantText(tinyTime(0)), "present"],
      [1, instantText(tinyTime(1)), "missing"],
      [2, instantText(tinyTime(2)), "corrupt"],
      [3, instantText(tinyTime(3)), "present"],
    ],
  );
  assert.deepEqual(found.steps[3]?.granule, {
    path: "2020/001/tiny.2020010109.bin.gz",
    size_bytes: bytes.length,
    listed_date: new Date(modified).toISOString(),
    modified_at: instantText(modified),
    crc32c: crc32c(bytes).toString(16).padStart(8, "0"),
    ingested_at: ingested[3],
    revision: 1,
  });
  assert.match(String(ingested[3]), /^2020-01-01T18:00:0\dZ$/);
  assert.equal(found.steps[3]?.failed, null);
  assert.deepEqual(found.steps[1]?.failed, {
    granule: null,
    fault: "notThere",
    reason: "the provider does not list it",
    attempts: 1,
    next_try_at: instantText(tinyTime(13)),
  });
  const { reason, ...failed } = found.steps[2]?.failed ?? {};
  assert.match(String(reason), /zero bytes/);
  assert.deepEqual(failed, {
    granule: {
      path: "2020/001/tiny.2020010108.bin.gz",
      size_bytes: 5,
      listed_date: new Date(tinyTime(3)).toISOString(),
      modified_at: instantText(tinyTime(3)),
    },
    fault: "notGzip",
    attempts: 1,
    next_try_at: instantText(tinyTime(13)),
  });
});

test("the checksum is CRC-32C: of nine digits it is the one that RFC 3720 gives", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

test("every chunk has its provenance, and none is rewritten where nothing came in", async () => {
  const world = tinyWorld();
  world.publishAll(0, 11);
  world.at(12);
  await world.run();
  const before = await world.generations();
  world.publish(12);
  await world.run();
  const after = await world.generations();
  const keys = Object.keys(after).filter((key) => key.includes("/provenance/"));
  assert.deepEqual(
    keys.map((key) => [key, before[key] === after[key]]),
    [
      ["tiny.accrete/provenance/00000000.json", true],
      ["tiny.accrete/provenance/00000001.json", true],
      ["tiny.accrete/provenance/00000002.json", true],
      ["tiny.accrete/provenance/00000003.json", false],
    ],
  );
});

test("where another provenance comes in between, the chunk stays to be told, and the next commit writes what is right", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  world.publish(1, { revision: 1 });
  let isOvertaken = false;
  const wiring = world.wiring({
    async around(call, perform) {
      if (!isOvertaken && call.operation === "put" && call.key.includes("/provenance/")) {
        isOvertaken = true;
        // A commit that slept for long writes what it knew.
        const { bytes, generation } = (await world.store.read(call.key, neverAborted)) ?? assert.fail();
        const headers = world.store.headersOf(call.key) ?? assert.fail();
        await world.store.put(call.key, bytes, generation, headers, neverAborted);
      }
      return perform();
    },
  });
  await world.run({}, wiring);
  await world.run();
  assert.ok(isOvertaken);
  assert.equal((await world.provenance(0)).steps[1]?.granule?.revision, 1);
  assert.deepEqual(await world.ledger.uncommitted("tiny", 10, neverAborted), []);
});
