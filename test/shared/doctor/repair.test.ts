/**
 * A repair may be killed at any point and run again, may run beside others, gives nothing up that anything still holds, and
 * leaves to a person what only a person can decide.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { DriftError } from "../../../shared/errors.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import { memoryLimits } from "../../support/memoryWiring.ts";
import { readStore } from "../../support/readStore.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";
import { assertContent, neverAborted, present, tinyWorld } from "../../support/tinyWorld.ts";
import {
  type Clinic,
  expected,
  garbage,
  group,
  isKilledBefore,
  kindsOf,
  look,
  mend,
  noOptions,
  openClinic,
  told,
} from "./clinic.ts";
import { damage } from "./damage.ts";
import { createFixture, type Fixture } from "./fixture.ts";

let ward: Clinic;
before(async () => {
  ward = await openClinic();
});

/** Something of each kind of mending is to be done. */
async function injureAll(fixture: Fixture): Promise<void> {
  await fixture.put(`${group}.zmetadata`, garbage);
  await fixture.put(`${group}lon/0`, undefined);
  await fixture.put(`${group}granule_status/0`, garbage);
  await fixture.put(`${group}rain/1.0.0`, garbage);
  await fixture.put(`${group}wind/0.0.0`, await fixture.bytes(`${group}wind/1.0.0`));
  await fixture.put("tiny.accrete/status.json", undefined);
  await fixture.put("tiny.accrete/provenance/00000001.json", garbage);
  await fixture.record(2, () => undefined);
  await fixture.record("dataset", (record) => ({ ...record, length: -1 }));
}

test("a repair that is killed before any of its writes is made good by the next", async () => {
  for (let survived = 0; ; survived++) {
    const fixture = await createFixture(ward.world);
    await injureAll(fixture);
    const found = await look(fixture);
    const isKilled = await isKilledBefore(fixture, survived, (wiring) =>
      repair(wiring, found, noOptions, neverAborted),
    );
    if (!isKilled) {
      assert.ok(survived > 40, `${survived} writes`);
      await assertContent(fixture, expected);
      return;
    }
    await mend(fixture, await look(fixture)).catch((error: Error) => {
      error.message = `killed before write ${survived}: ${error.message}`;
      throw error;
    });
  }
});

describe("where the provider has lost granules too", () => {
  /** Seven timesteps, of which the provider has no more than those after `last`. */
  async function withdrawn(last: number): Promise<Fixture> {
    const world = tinyWorld({ batchesMax: 1 });
    world.publishAll(0, 6);
    world.at(8);
    await world.run();
    for (let index = 0; index <= last; index++) world.remove(index);
    return createFixture(world);
  }
  /** As a copy of the directory has them: none is the one that was recorded. */
  async function copyAll(fixture: Fixture): Promise<void> {
    for (const key of await fixture.keys()) await fixture.put(key, await fixture.bytes(key));
  }

  /** Writes the same bytes once more, so that the object is not the one that was recorded. */
  const touch = async (fixture: Fixture, key: string) =>
    fixture.put(`${group}${key}`, await fixture.bytes(`${group}${key}`));

  for (const last of [1, 3])
    test(`objects that decode are believed only if a person says so, and it is said: ${last + 1} withdrawn`, async () => {
      const fixture = await withdrawn(last);
      await touch(fixture, "rain/0.0.0");
      fixture.surroundings.clock.now += 1000;
      const existing = await fixture.generations();
      const found = await look(fixture);
      assert.deepEqual(kindsOf(found), ["objectUnproven", "withdrawn"]);
      const { done, left } = await repair(fixture.wiring(), found, noOptions, neverAborted);
      assert.deepEqual(done, []);
      assert.match(left[0]?.detail ?? "", /values of 4 timesteps, .*--adopt believes them/);
      assert.deepEqual(await fixture.generations(), existing);
      assert.deepEqual((await look(fixture)).differences, found.differences);
      const believed = await mend(fixture, found, present(7), true);
      const adopted = believed.done.filter(({ mending }) => mending === "adopt");
      assert.deepEqual(
        adopted.map(({ chunk, detail }) => [chunk, detail]),
        [[0, `nothing proves the values of ${last + 1} timesteps`]],
      );
    });

  test("what is copied from an object that nothing proves stays in doubt where a granule turns out broken", async () => {
    const world = tinyWorld({ batchesMax: 1 });
    world.publishAll(0, 6);
    world.at(8);
    await world.run();
    world.publish(2, { bytes: new Uint8Array(9) });
    const fixture = await createFixture(world);
    await touch(fixture, "rain/0.0.0");
    fixture.surroundings.clock.now += 1000;
    const { left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /values of 1 timesteps, .*--adopt believes them/);
    assert.ok(kindsOf(await look(fixture)).includes("objectUnproven"));
    await assertContent(fixture, present(7));
  });

  test("a ledger that is lost is rebuilt with what the provenance tells of them", async () => {
    const fixture = await withdrawn(5);
    const before = await fixture.surroundings.ledger.window("tiny", 0, 9, 10, neverAborted);
    for (const lost of [0, 1, "dataset"] as const) await fixture.record(lost, () => undefined);
    await mend(fixture, await look(fixture), present(7), true);
    const after = await fixture.surroundings.ledger.window("tiny", 0, 9, 10, neverAborted);
    const whole = (found: typeof before) =>
      found.map(({ record }) =>
        Object.values(record.steps).map(({ granule }) => [granule?.path, granule?.crc32c]),
      );
    assert.deepEqual(whole(after), whole(before));
  });

  test("an object that is lost while another array holds its timesteps is left, and nothing is given up", async () => {
    const fixture = await withdrawn(0);
    await fixture.put(`${group}wind/0.0.0`, undefined);
    const { left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /1 of its timesteps cannot be fetched again .*nothing was given up/);
    const again = await look(fixture);
    assert.ok(again.differences.some(({ kind }) => kind === "objectGone"));
    const { statuses = [] } = (await readStore(fixture.surroundings.store, "tiny", "fill")) ?? {};
    assert.deepEqual(statuses, Array(7).fill("present"));
  });

  test("a damaged one is left as well", async () => {
    const fixture = await withdrawn(3);
    await fixture.put(`${group}wind/0.0.0`, garbage);
    const { left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    assert.match(
      left[0]?.detail ?? "",
      /damaged, and its granules cannot be fetched again; nothing was given up/,
    );
    assert.deepEqual(await fixture.bytes(`${group}wind/0.0.0`), garbage);
  });

  for (const [what, bytes] of [
    ["gone", undefined],
    ["damaged", garbage],
  ] as const) {
    test(`timesteps that no array holds become gaps: all objects ${what}`, async () => {
      const fixture = await withdrawn(1);
      for (const array of ["rain", "wind"]) await fixture.put(`${group}${array}/0.0.0`, bytes);
      await mend(fixture, await look(fixture), ["missing", "missing", 0, 0, 0, 0, 0]);
    });
  }

  test("a chunk that nothing proves and nobody has is left to a person, and readers keep its values", async () => {
    const fixture = await withdrawn(3);
    await fixture.record(0, () => undefined);
    await fixture.put("tiny.accrete/provenance/00000000.json", undefined);
    const { left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /4 timesteps have values, and neither a record nor a granule/);
    const again = await look(fixture);
    assert.deepEqual(
      again.differences.filter(isFault).map(({ kind, first, last }) => [kind, first, last]),
      [["stepUnknown", 0, 3]],
    );
    await assertContent(fixture, present(7));
  });

  test("a directory that was copied is believed without asking for a granule, if a person says so", async () => {
    const fixture = await withdrawn(-1);
    await copyAll(fixture);
    const found = await look(fixture);
    assert.deepEqual(kindsOf(found), ["objectUnproven"]);
    const asked = (fixture.surroundings.source as unknown as { asked: { fetch: string[] } }).asked;
    asked.fetch.length = 0;
    await repair(fixture.wiring(), found, { adopt: true }, neverAborted);
    assert.deepEqual(asked.fetch, []);
    assert.deepEqual((await look(fixture)).differences, []);
  });
});

test("a provider that cannot be reached leaves its part undone and lets the rest be repaired", async () => {
  const fixture = await createFixture(ward.world);
  await fixture.put(`${group}rain/1.0.0`, undefined);
  await fixture.put(`${group}wind/.zarray`, garbage);
  ward.world.source.meddle = () => {
    throw unreachable();
  };
  try {
    const { left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /cannot be asked: .*no route to host/);
    assert.deepEqual(kindsOf(await look(fixture)), ["sourceUnavailable", "objectGone"]);
  } finally {
    ward.world.source.meddle = undefined;
  }
  await mend(fixture, await look(fixture));
});

test("where all is lost but the objects and the length, and no granule is to be had, nothing is filled", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 6);
  world.at(8);
  await world.run();
  for (let index = 0; index <= 6; index++) world.remove(index);
  const fixture = await createFixture(world);
  await damage.chunksForgotten(fixture);
  await fixture.record("dataset", () => undefined);
  await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
  await assertContent(fixture, present(7));
});

test("a length that nothing but damaged metadata denies is left to a person", async () => {
  const fixture = await createFixture(ward.world);
  await damage.lastChunkLost(fixture);
  for (const name of ["rain", "wind", "time", "time_bnds", "granule_status"])
    await fixture.put(`${group}${name}/.zarray`, undefined);
  await fixture.put(`${group}.zmetadata`, garbage);
  const existing = await fixture.generations();
  const { done, left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
  assert.deepEqual(done, []);
  assert.match(left[0]?.detail ?? "", /say 10 timesteps, and only 8 can be shown to be there/);
  assert.deepEqual(await fixture.generations(), existing);
});

test("what a worker put that fell asleep is cleared, and it puts nothing more when it wakes up", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 9);
  world.at(11);
  await world.run();
  world.publish(10);
  const asleep = Promise.withResolvers<void>();
  const stalled = Promise.withResolvers<void>();
  const worker = world.wiring({
    around: async (call, perform) => {
      if (call.operation === "put" && call.key.includes("/rain/")) {
        stalled.resolve();
        await asleep.promise;
      }
      return perform();
    },
  });
  const running = runUntilCurrent(worker, { force: false }, neverAborted);
  await stalled.promise;
  world.remove(10);
  world.clock.now += memoryLimits.chunkLeaseMs;
  const found = await examine(world.wiring(), {}, neverAborted);
  assert.ok(kindsOf(found).includes("leaseLeft"), told(found));
  await repair(world.wiring(), found, noOptions, neverAborted);
  const mended = await world.store.read(`${group}rain/2.0.0`, neverAborted);
  asleep.resolve();
  await running;
  assert.deepEqual(await world.store.read(`${group}rain/2.0.0`, neverAborted), mended);
  const again = await examine(world.wiring(), {}, neverAborted);
  assert.deepEqual(again.differences.filter(isFault), [], told(again));
});

test("a chunk that somebody works on is left to them", async () => {
  const fixture = await createFixture(ward.world);
  await fixture.put(`${group}rain/1.0.0`, undefined);
  const found = await look(fixture);
  const lease = { holder: "somebody", expiresAt: fixture.surroundings.clock.now + 60_000 };
  await fixture.record(1, (record) => ({ ...record, lease }));
  const { left } = await repair(fixture.wiring(), found, noOptions, neverAborted);
  assert.deepEqual(
    left.map(({ chunk, detail }) => [chunk, detail]),
    [[1, "somebody works on it"]],
  );
});

test("a dataset of another descriptor is not touched", async () => {
  const fixture = await createFixture(ward.world);
  await fixture.put(`${group}rain/1.0.0`, undefined);
  const existing = await fixture.generations();
  const wiring = fixture.wiring({ dataset: tinyDataset({ windType: "float64" }) });
  const found = await examine(wiring, {}, neverAborted);
  await assert.rejects(repair(wiring, found, noOptions, neverAborted), (error: DriftError) => {
    assert.ok(error instanceof DriftError);
    assert.match(error.message, /wind\/\.zarray dtype: the descriptor says "<f8", the store "<f4"/);
    return true;
  });
  assert.deepEqual(await fixture.generations(), existing);
});

test("readers who open while it repairs never see the dataset shorter", async () => {
  const fixture = await createFixture(ward.world);
  await fixture.put(`${group}time/.zarray`, garbage);
  await fixture.put(`${group}rain/2.0.0`, undefined);
  await fixture.record(0, () => undefined);
  const lengths = new Set<number>();
  const wiring = fixture.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.operation === "put")
        lengths.add((await readStore(fixture.surroundings.store, "tiny", "fill"))?.length ?? -1);
      return result;
    },
  });
  const found = await look(fixture);
  await repair(wiring, found, noOptions, neverAborted);
  assert.deepEqual([...lengths], [10], told(found));
});
