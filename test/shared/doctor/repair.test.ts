/**
 * A repair may be killed at any point and run again, may run beside others, gives nothing up that anything still holds, and
 * leaves to a person what only a person can decide.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { runUntilSettled } from "../../../functions/cli/localRun.ts";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { DriftError } from "../../../shared/errors.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import { memoryLimits } from "../../support/memoryWiring.ts";
import { readStore } from "../../support/readStore.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";
import { assertContent, neverAborted, present, tinyWorld } from "../../support/tinyWorld.ts";
import { injuries } from "./injuries.ts";
import { admit, type Patient } from "./patient.ts";
import {
  expected,
  garbage,
  group,
  isKilledBefore,
  kindsOf,
  look,
  mend,
  noOptions,
  openWard,
  told,
  type Ward,
} from "./ward.ts";

let ward: Ward;
before(async () => {
  ward = await openWard();
});

/** Something of each kind of mending is to be done. */
async function injureAll(patient: Patient): Promise<void> {
  await patient.put(`${group}.zmetadata`, garbage);
  await patient.put(`${group}lon/0`, undefined);
  await patient.put(`${group}granule_status/0`, garbage);
  await patient.put(`${group}rain/1.0.0`, garbage);
  await patient.put(`${group}wind/0.0.0`, await patient.bytes(`${group}wind/1.0.0`));
  await patient.put("tiny.accrete/status.json", undefined);
  await patient.put("tiny.accrete/provenance/00000001.json", garbage);
  await patient.record(2, () => undefined);
  await patient.record("dataset", (record) => ({ ...record, length: -1 }));
}

test("a repair that is killed before any of its writes is made good by the next", async () => {
  for (let survived = 0; ; survived++) {
    const patient = await admit(ward.world);
    await injureAll(patient);
    const found = await look(patient);
    const isKilled = await isKilledBefore(patient, survived, (wiring) =>
      repair(wiring, found, noOptions, neverAborted),
    );
    if (!isKilled) {
      assert.ok(survived > 40, `${survived} writes`);
      await assertContent(patient, expected);
      return;
    }
    await mend(patient, await look(patient)).catch((error: Error) => {
      error.message = `killed before write ${survived}: ${error.message}`;
      throw error;
    });
  }
});

describe("where the provider has lost granules too", () => {
  /** Seven timesteps, of which the provider has no more than those after `last`. */
  async function withdrawn(last: number): Promise<Patient> {
    const world = tinyWorld({ batchesMax: 1 });
    world.publishAll(0, 6);
    world.at(8);
    await world.run();
    for (let index = 0; index <= last; index++) world.remove(index);
    return admit(world);
  }
  /** As a copy of the directory has them: none is the one that was recorded. */
  async function copyAll(patient: Patient): Promise<void> {
    for (const key of await patient.keys()) await patient.put(key, await patient.bytes(key));
  }

  /** Writes the same bytes once more, so that the object is not the one that was recorded. */
  const touch = async (patient: Patient, key: string) =>
    patient.put(`${group}${key}`, await patient.bytes(`${group}${key}`));

  for (const last of [1, 3])
    test(`objects that decode are believed only if a person says so, and it is said: ${last + 1} withdrawn`, async () => {
      const patient = await withdrawn(last);
      await touch(patient, "rain/0.0.0");
      patient.surroundings.clock.now += 1000;
      const standing = await patient.generations();
      const found = await look(patient);
      assert.deepEqual(kindsOf(found), ["objectUnproven", "withdrawn"]);
      const { done, left } = await repair(patient.wiring(), found, noOptions, neverAborted);
      assert.deepEqual(done, []);
      assert.match(left[0]?.detail ?? "", /values of 4 timesteps, .*--adopt believes them/);
      assert.deepEqual(await patient.generations(), standing);
      assert.deepEqual((await look(patient)).differences, found.differences);
      const believed = await mend(patient, found, present(7), true);
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
    const patient = await admit(world);
    await touch(patient, "rain/0.0.0");
    patient.surroundings.clock.now += 1000;
    const { left } = await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /values of 1 timesteps, .*--adopt believes them/);
    assert.ok(kindsOf(await look(patient)).includes("objectUnproven"));
    await assertContent(patient, present(7));
  });

  test("a ledger that is lost is rebuilt with what the provenance tells of them", async () => {
    const patient = await withdrawn(5);
    const before = await patient.surroundings.ledger.window("tiny", 0, 9, 10, neverAborted);
    for (const lost of [0, 1, "dataset"] as const) await patient.record(lost, () => undefined);
    await mend(patient, await look(patient), present(7), true);
    const after = await patient.surroundings.ledger.window("tiny", 0, 9, 10, neverAborted);
    const whole = (found: typeof before) =>
      found.map(({ record }) =>
        Object.values(record.steps).map(({ granule }) => [granule?.path, granule?.crc32c]),
      );
    assert.deepEqual(whole(after), whole(before));
  });

  test("an object that is lost while another array holds its timesteps is left, and nothing is given up", async () => {
    const patient = await withdrawn(0);
    await patient.put(`${group}wind/0.0.0`, undefined);
    const { left } = await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /1 of its timesteps cannot be had again .*nothing was given up/);
    const again = await look(patient);
    assert.ok(again.differences.some(({ kind }) => kind === "objectGone"));
    const { statuses = [] } = (await readStore(patient.surroundings.store, "tiny", "fill")) ?? {};
    assert.deepEqual(statuses, Array(7).fill("present"));
  });

  test("a damaged one is left as well", async () => {
    const patient = await withdrawn(3);
    await patient.put(`${group}wind/0.0.0`, garbage);
    const { left } = await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
    assert.match(
      left[0]?.detail ?? "",
      /damaged, and its granules cannot be had again; nothing was given up/,
    );
    assert.deepEqual(await patient.bytes(`${group}wind/0.0.0`), garbage);
  });

  for (const [what, bytes] of [
    ["gone", undefined],
    ["damaged", garbage],
  ] as const) {
    test(`timesteps that no array holds become gaps: all objects ${what}`, async () => {
      const patient = await withdrawn(1);
      for (const array of ["rain", "wind"]) await patient.put(`${group}${array}/0.0.0`, bytes);
      await mend(patient, await look(patient), ["missing", "missing", 0, 0, 0, 0, 0]);
    });
  }

  test("a chunk that nothing proves and nobody has is left to a person, and readers keep its values", async () => {
    const patient = await withdrawn(3);
    await patient.record(0, () => undefined);
    await patient.put("tiny.accrete/provenance/00000000.json", undefined);
    const { left } = await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /4 timesteps have values, and neither a record nor a granule/);
    const again = await look(patient);
    assert.deepEqual(
      again.differences.filter(isFault).map(({ kind, first, last }) => [kind, first, last]),
      [["stepUnknown", 0, 3]],
    );
    await assertContent(patient, present(7));
  });

  test("a directory that was copied is believed without asking for a granule, if a person says so", async () => {
    const patient = await withdrawn(-1);
    await copyAll(patient);
    const found = await look(patient);
    assert.deepEqual(kindsOf(found), ["objectUnproven"]);
    const asked = (patient.surroundings.source as unknown as { asked: { fetch: string[] } }).asked;
    asked.fetch.length = 0;
    await repair(patient.wiring(), found, { adopt: true }, neverAborted);
    assert.deepEqual(asked.fetch, []);
    assert.deepEqual((await look(patient)).differences, []);
  });
});

test("a provider that cannot be reached leaves its part undone and lets the rest be mended", async () => {
  const patient = await admit(ward.world);
  await patient.put(`${group}rain/1.0.0`, undefined);
  await patient.put(`${group}wind/.zarray`, garbage);
  ward.world.source.meddle = () => {
    throw unreachable();
  };
  try {
    const { left } = await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
    assert.match(left[0]?.detail ?? "", /cannot be asked: .*no route to host/);
    assert.deepEqual(kindsOf(await look(patient)), ["sourceUnavailable", "objectGone"]);
  } finally {
    ward.world.source.meddle = undefined;
  }
  await mend(patient, await look(patient));
});

test("where all is lost but the objects and the length, and no granule is to be had, nothing is filled", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 6);
  world.at(8);
  await world.run();
  for (let index = 0; index <= 6; index++) world.remove(index);
  const patient = await admit(world);
  await injuries.chunksForgotten(patient);
  await patient.record("dataset", () => undefined);
  await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
  await assertContent(patient, present(7));
});

test("a length that nothing but damaged metadata denies is left to a person", async () => {
  const patient = await admit(ward.world);
  await injuries.lastChunkLost(patient);
  for (const name of ["rain", "wind", "time", "time_bnds", "granule_status"])
    await patient.put(`${group}${name}/.zarray`, undefined);
  await patient.put(`${group}.zmetadata`, garbage);
  const standing = await patient.generations();
  const { done, left } = await repair(patient.wiring(), await look(patient), noOptions, neverAborted);
  assert.deepEqual(done, []);
  assert.match(left[0]?.detail ?? "", /say 10 timesteps, and only 8 can be shown to be there/);
  assert.deepEqual(await patient.generations(), standing);
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
  const running = runUntilSettled(worker, { force: false }, neverAborted);
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
  const patient = await admit(ward.world);
  await patient.put(`${group}rain/1.0.0`, undefined);
  const found = await look(patient);
  const lease = { holder: "somebody", expiresAt: patient.surroundings.clock.now + 60_000 };
  await patient.record(1, (record) => ({ ...record, lease }));
  const { left } = await repair(patient.wiring(), found, noOptions, neverAborted);
  assert.deepEqual(
    left.map(({ chunk, detail }) => [chunk, detail]),
    [[1, "somebody works on it"]],
  );
});

test("a dataset of another descriptor is not touched", async () => {
  const patient = await admit(ward.world);
  await patient.put(`${group}rain/1.0.0`, undefined);
  const standing = await patient.generations();
  const wiring = patient.wiring({ dataset: tinyDataset({ windType: "float64" }) });
  const found = await examine(wiring, {}, neverAborted);
  await assert.rejects(repair(wiring, found, noOptions, neverAborted), (error: DriftError) => {
    assert.ok(error instanceof DriftError);
    assert.match(error.message, /wind\/\.zarray dtype: the descriptor says "<f8", the store "<f4"/);
    return true;
  });
  assert.deepEqual(await patient.generations(), standing);
});

test("readers who open while it repairs never see the dataset shorter", async () => {
  const patient = await admit(ward.world);
  await patient.put(`${group}time/.zarray`, garbage);
  await patient.put(`${group}rain/2.0.0`, undefined);
  await patient.record(0, () => undefined);
  const lengths = new Set<number>();
  const wiring = patient.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (call.operation === "put")
        lengths.add((await readStore(patient.surroundings.store, "tiny", "fill"))?.length ?? -1);
      return result;
    },
  });
  const found = await look(patient);
  await repair(wiring, found, noOptions, neverAborted);
  assert.deepEqual([...lengths], [10], told(found));
});
