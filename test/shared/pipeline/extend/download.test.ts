/** A broken granule concerns its own timestep alone: it is recorded with its reason, shown as corrupt, and tried again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GranuleFault } from "../../../../shared/errors.ts";
import { transferFailed } from "../../../support/memoryProvider.ts";
import { hourMs, instantText, tinyGranule, tinyRawBytesMax, tinyTime } from "../../../support/tinyDataset.ts";
import {
  assertContent,
  type Expected,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

const broken = 2;
const lastIndex = 8;
const good = tinyGranule({ index: broken });
const html = new TextEncoder().encode("<!DOCTYPE html><html><body>Too many users</body></html>");

function patched(bytes: Uint8Array, place: number): Uint8Array {
  const copy = bytes.slice();
  copy[place < 0 ? copy.length + place : place] = (copy.at(place) as number) ^ 0xff;
  return copy;
}

const kinds: readonly (readonly [
  what: string,
  fault: GranuleFault,
  reason: RegExp,
  options: Parameters<TinyWorld["publish"]>[1],
])[] = [
  ["cut off", "truncated", /ends too early/, { bytes: good.subarray(0, good.length - 12) }],
  ["of another CRC", "checksum", /CRC-32 is [0-9a-f]{8}/, { bytes: patched(good, -6) }],
  ["damaged inside", "badData", /damaged|DEFLATE/, { bytes: patched(good, 10) }],
  ["a web page", "notGzip", /an HTML page \("<!DOCTYPE html>/, { bytes: html }],
  ["an empty file", "notGzip", /an empty file/, { bytes: new Uint8Array() }],
  ["followed by something", "trailing", /follows/, { bytes: Uint8Array.of(...good, 1, 2, 3) }],
  ["a field short", "length", /332 bytes.*356/, { mutate: (raw) => raw.slice(0, raw.length - 24) }],
  ["a byte too long", "length", /357 bytes.*356/, { mutate: (raw) => Uint8Array.of(...raw, 0) }],
  ["of another hour", "time", /070000.*080000/, { header: { clock: "070000" } }],
  ["of another day", "time", /20200102/, { header: { day: "20200102" } }],
  ["with an unknown field", "layout", /snow/, { header: { names: "rain,snow" } }],
  ["with a field of another type", "layout", /"wind"/, { header: { types: "short,short" } }],
  [
    "with a field too few",
    "layout",
    /wind/,
    { header: { fields: "1", names: "rain", types: "short", scales: "100" } },
  ],
  ["of another format", "header", /format=vast/, { header: { format: "vast" } }],
  [
    "a bomb",
    "tooLarge",
    new RegExp(`${tinyRawBytesMax} bytes`),
    { mutate: () => new Uint8Array(64 * 1024 * 1024) },
  ],
  ["too large a file", "tooLarge", /4096/, { bytes: new Uint8Array(5000) }],
  ["shorter than listed", "size", new RegExp(`${good.length} bytes came`), { listedBytes: good.length + 1 }],
];

for (const [what, fault, reason, options] of kinds) {
  test(`a granule that is ${what} is corrupt, the rest of its batch is ingested, and it heals once replaced`, async () => {
    const world = tinyWorld();
    world.publishAll(0, lastIndex);
    world.publish(broken, options);
    world.at(lastIndex + 1);
    const { taken, failed, wiring } = await world.run();
    assert.deepEqual({ taken, failed }, { taken: lastIndex, failed: 1 });
    await assertContent(world, withBroken("corrupt"));

    const step = await world.step(broken);
    assert.equal(step?.status, "corrupt");
    assert.equal(step.failed?.fault, fault);
    assert.match(step.failed.reason, reason);
    assert.equal(step.failed.attempts, 1);
    assert.equal(step.failed.nextTryAt, world.clock.asOf + hourMs);
    const told = wiring.events.filter((event) => event.event === "granuleFailed");
    assert.deepEqual(
      told.map(({ times, path, fault, attempts }) => ({ times, path, fault, attempts })),
      [{ times: [tinyTime(broken)], path: world.path(broken), fault, attempts: 1 }],
    );

    world.publish(broken, { modifiedAt: world.clock.asOf });
    world.source.forget();
    await world.run();
    assert.deepEqual(
      world.source.asked.fetch,
      [world.path(broken)],
      "only that one is fetched again, at once",
    );
    await assertContent(world, withBroken(0));
    assert.deepEqual((await world.status()).failing, []);
  });
}

test("a file whose transfer fails while the server still answers is recorded, and the others are ingested", async () => {
  const world = tinyWorld();
  world.publishAll(0, lastIndex);
  world.at(lastIndex + 1);
  world.source.meddle = (operation, path) => {
    if (operation === "fetch" && path === world.path(broken)) throw transferFailed();
  };
  assert.equal((await world.run()).failed, 1);
  assert.equal((await world.step(broken))?.failed?.fault, "transfer");
  await assertContent(world, withBroken("corrupt"));
  world.source.meddle = undefined;
  world.at(lastIndex + 2);
  await world.run();
  await assertContent(world, withBroken(0));
});

test("a granule that is listed but not there is missing, and ingested once it is there", async () => {
  const world = tinyWorld();
  world.publishAll(0, lastIndex);
  world.publish(broken, { gone: true });
  world.at(lastIndex + 1);
  await world.run();
  assert.equal((await world.step(broken))?.failed?.fault, "notThere");
  await assertContent(world, withBroken("missing"));
  world.publish(broken);
  world.at(lastIndex + 2);
  await world.run();
  await assertContent(world, withBroken(0));
});

test("a broken granule is tried again after 1 h, 2 h, 4 h and then every 6 h, and never in between", async () => {
  const world = tinyWorld();
  world.publishAll(0, lastIndex);
  world.publish(broken, { bytes: patched(good, -6) });
  let hours = lastIndex + 1;
  world.at(hours);
  await world.run();
  for (const [tries, interval] of [1, 2, 4, 6, 6, 6].entries()) {
    const step = await world.step(broken);
    assert.equal(step?.failed?.attempts, tries + 1);
    assert.equal(step?.failed?.nextTryAt, tinyTime(hours + interval), `after try ${tries + 1}`);
    world.source.forget();
    world.at(hours + interval - 1 / 3600);
    assert.equal((await world.run()).failed, 0);
    assert.deepEqual(world.source.asked.fetch, [], "not a second too early");
    hours += interval;
    world.at(hours);
    assert.equal((await world.run()).failed, 1);
    assert.deepEqual(world.source.asked.fetch, [world.path(broken)]);
  }
  await assertContent(world, withBroken("corrupt"));
});

test("a granule that is repaired without another size or date is ingested when its next try is due", async () => {
  const world = tinyWorld();
  world.publishAll(0, lastIndex);
  world.publish(broken, { bytes: patched(good, -6) });
  world.at(lastIndex + 1);
  await world.run();
  world.publish(broken, { bytes: good });
  world.at(lastIndex + 2 - 1 / 3600);
  await world.run();
  await assertContent(world, withBroken("corrupt"));
  world.at(lastIndex + 2);
  await world.run();
  await assertContent(world, withBroken(0));
});

test("a granule that was broken stays on the list of tries long after the usual window has passed it", async () => {
  const world = tinyWorld();
  world.publishAll(0, 99);
  world.publish(broken, { bytes: html });
  world.at(100);
  await world.run();
  const steps = present(100);
  steps[broken] = "corrupt";
  await assertContent(world, steps);
  assert.equal((await world.status()).failing[0]?.time, instantText(tinyTime(broken)));
  world.publish(broken);
  world.at(101);
  await world.run();
  await assertContent(world, present(100));
});

test("a broken granule within the dataset's patience holds back what follows, as it may still be repaired", async () => {
  const world = tinyWorld();
  world.publishAll(0, lastIndex);
  world.publish(broken, { bytes: html });
  world.at(broken + 6);
  await world.run();
  await assertContent(world, present(broken));
  world.at(broken + 6 + 1 / 3600);
  await world.run();
  await assertContent(world, withBroken("corrupt").slice(0, 9));
});

test("where two names may hold a timestep, the preferred one is taken, also when it appears later", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3, { name: "early", revision: 5 });
  world.publish(1);
  world.at(4);
  await world.run();
  await assertContent(world, [5, 0, 5, 5]);
  world.publish(3);
  await world.run();
  await assertContent(world, [5, 0, 5, 0]);
  assert.equal((await world.step(3))?.granule?.revision, 1);
});

function withBroken(existing: Expected): Expected[] {
  const steps = present(lastIndex + 1);
  steps[broken] = existing;
  return steps;
}
