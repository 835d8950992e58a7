/**
 * The doctor finds nothing wrong with a healthy dataset of any kind, looks at what it is asked to, and writes nothing; what
 * it cannot look at it says.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { examine } from "../../../shared/doctor/examine.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { chunkRecordKey, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { emptyChunk } from "../../../shared/ledger/records.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import { tinyDataset, tinyTime } from "../../support/tinyDataset.ts";
import { neverAborted, type TinyWorld, tinyWorld, type WorldOptions } from "../../support/tinyWorld.ts";
import { type Clinic, group, kindsOf, look, openClinic, told } from "./clinic.ts";
import { createFixture, type Fixture } from "./fixture.ts";

let ward: Clinic;
before(async () => {
  ward = await openClinic();
});

async function grown(options: WorldOptions, last: number): Promise<TinyWorld> {
  const world = tinyWorld({ batchesMax: 1, ...options });
  world.publishAll(0, last);
  world.at(last + 2);
  await world.run();
  return world;
}

const healthy: Readonly<Record<string, () => Promise<TinyWorld>>> = {
  "one that was just created": async () => {
    const world = tinyWorld();
    world.at(-1);
    await world.run();
    return world;
  },
  "whole chunks": () => grown({}, 7),
  "a partial tail": () => grown({}, 8),
  "gaps, corrupt and revised granules": async () => ward.world,
  "several timesteps in a granule": () => grown({ stepsPerGranule: 2 }, 7),
  "listings without exact dates": () => grown({ listing: "coarse" }, 7),
  "a series that has ended": () => grown({ end: 5 }, 5),
  "one chunk straddling two of granule_status": () => grown({ chunkLength: 5 }, 7),
  "a revision that is broken": async () => {
    const world = await grown({}, 5);
    world.publish(2, { bytes: new Uint8Array(9) });
    await world.run();
    return world;
  },
  "timesteps shown past gaps": async () => {
    const world = tinyWorld({ batchesMax: 1, publish: "latest" });
    world.publishAll(0, 7);
    world.remove(3);
    world.at(8);
    await world.run();
    return world;
  },
  "one that begins later than its descriptor says": async () => {
    const world = tinyWorld();
    world.publishAll(3, 6);
    world.at(8);
    await world.run({}, world.wiring({ start: tinyTime(3) }));
    return world;
  },
};

describe("nothing is wrong with", () => {
  for (const [what, make] of Object.entries(healthy)) {
    test(what, async () => {
      const found = await examine((await make()).wiring(), {}, neverAborted);
      assert.deepEqual(found.differences, []);
    });
  }
});

test("a range bounds the chunks that are looked at", async () => {
  const fixture = await createFixture(ward.world);
  for (const chunk of [0, 1, 2]) await fixture.put(`${group}rain/${chunk}.0.0`, undefined);
  const range = { from: tinyTime(4), to: tinyTime(7) };
  const { differences } = await examine(fixture.wiring(), range, neverAborted);
  assert.deepEqual(
    differences.map(({ kind, first, last }) => [kind, first, last]),
    [["objectGone", 1, 1]],
  );
});

test("looking writes nothing, whatever is wrong", async () => {
  const fixture = await createFixture(ward.world);
  for (const key of [".zmetadata", "rain/0.0.0", "granule_status/0"])
    await fixture.put(`${group}${key}`, undefined);
  await fixture.record(1, () => undefined);
  const writes: string[] = [];
  const wiring = fixture.wiring({
    around: (call, perform) => {
      if (!/^(read|list|window|uncommitted|due|leased)$/.test(call.operation)) writes.push(call.key);
      return perform();
    },
  });
  assert.ok((await examine(wiring, {}, neverAborted)).differences.length > 3);
  assert.deepEqual(writes, []);
});

test("a provider that cannot be reached keeps nothing else from being looked at", async () => {
  const fixture = await createFixture(ward.world);
  await fixture.put(`${group}wind/2.0.0`, undefined);
  ward.world.source.meddle = () => {
    throw unreachable();
  };
  try {
    const found = await look(fixture);
    assert.deepEqual(kindsOf(found), ["sourceUnavailable", "objectGone"]);
    assert.match(found.differences[0]?.detail ?? "", /no route to host/);
  } finally {
    ward.world.source.meddle = undefined;
  }
});

test("a chunk that somebody works on is left out", async () => {
  const fixture = await createFixture(ward.world);
  const lease = { holder: "somebody", expiresAt: fixture.surroundings.clock.now + 60_000 };
  await fixture.record(1, (record) => ({ ...record, lease }));
  await fixture.put(`${group}rain/1.0.0`, undefined);
  assert.deepEqual(kindsOf(await look(fixture)), ["busy"]);
});

test("while somebody commits, what no commit can cause is a fault all the same, and the rest is not judged", async () => {
  const fixture = await createFixture(ward.world);
  const lease = { holder: "somebody", expiresAt: fixture.surroundings.clock.now + 60_000 };
  await fixture.record("dataset", (record) => ({ ...record, lease }));
  await fixture.edit(`${group}rain/.zarray`, (document) => ({ ...document, shape: [3, 2, 3] }));
  assert.deepEqual(kindsOf(await look(fixture)), ["busy"]);
  for (const key of ["lat/0", "granule_status/0", ".zmetadata"])
    await fixture.put(`${group}${key}`, undefined);
  assert.deepEqual(kindsOf(await look(fixture)), ["coordinateGone", "documentGone", "statusesGone", "busy"]);
});

test("a commit that begins after its lease was looked at is none of the dataset's faults", async () => {
  const fixture = await createFixture(ward.world);
  const lease = { holder: "somebody", expiresAt: fixture.surroundings.clock.now + 60_000 };
  let begun = false;
  const wiring = fixture.wiring({
    around: async (call, perform) => {
      if (call.operation === "read" && call.key.endsWith("granule_status/0") && !begun) {
        begun = true;
        await fixture.record("dataset", (record) => ({ ...record, lease }));
        const flags = new Uint8Array(16_384).fill(3);
        flags.set([0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 2]);
        await fixture.put(`${group}granule_status/0`, zstdCompressSync(flags));
        await fixture.record(2, (record) => ({ ...record, uncommitted: true }));
      }
      return perform();
    },
  });
  const found = await examine(wiring, {}, neverAborted);
  assert.deepEqual(kindsOf(found), ["commitBrokenOff", "uncommitted"], told(found));
});

test("a dataset of another descriptor is named with both sides, and nothing else is said", async () => {
  const fixture = await createFixture(ward.world);
  const found = await examine(
    fixture.wiring({ dataset: tinyDataset({ windType: "float64" }) }),
    {},
    neverAborted,
  );
  assert.deepEqual(kindsOf(found), ["drift"]);
  assert.match(told(found), /wind\/\.zarray dtype: the descriptor says "<f8", the store "<f4"/);
});

test("latitudes or longitudes of another descriptor are drift as well", async () => {
  const fixture = await createFixture(ward.world);
  const found = await examine(fixture.wiring({ dataset: tinyDataset({ firstLon: 50 }) }), {}, neverAborted);
  assert.deepEqual(kindsOf(found), ["drift"]);
});

test("of dimensions that say by their units alone what they are, too, the attributes tell what is damaged", async () => {
  const fixture = await createFixture(await grown({ isByUnits: true }, 3));
  const others = zstdCompressSync(new Uint8Array(Float64Array.of(50, 55, 60).buffer));
  await fixture.put(`${group}lon/0`, others);
  assert.deepEqual(kindsOf(await look(fixture)), ["coordinateDamaged"]);
  const dataset = tinyDataset({ isByUnits: true, firstLon: 70 });
  const found = await examine(fixture.wiring({ dataset }), {}, neverAborted);
  assert.deepEqual(kindsOf(found), ["drift"]);
});

test("a descriptor that is worded otherwise is a note", async () => {
  const fixture = await createFixture(ward.world);
  const found = await examine(
    fixture.wiring({ dataset: tinyDataset({ title: "Other words" }) }),
    {},
    neverAborted,
  );
  assert.deepEqual(kindsOf(found), ["documentReworded"]);
});

for (const [what, injure] of Object.entries<(fixture: Fixture) => Promise<void>>({
  "the ledger's record of tiny": (fixture) =>
    fixture.record("dataset", (record) => ({ ...record, schema: 3 })),
  "the ledger's record of tiny chunk 2": (fixture) =>
    fixture.record(2, (record) => ({ ...record, schema: 3, parts: {} })),
  // Whose record tells of a chunk that nothing else tells of.
  "the ledger's record of tiny chunk 7": async (fixture) => {
    const record = { schema: 3, ...emptyChunk(7), uncommitted: true };
    await fixture.surroundings.ledger.write(chunkRecordKey("tiny", 7), record, NO_RECORD, neverAborted);
  },
  "tiny.accrete/provenance/00000001.json": (fixture) =>
    fixture.edit("tiny.accrete/provenance/00000001.json", (told) => ({ ...told, schema: 3 })),
  "status.json": (fixture) => fixture.edit("tiny.accrete/status.json", (told) => ({ ...told, schema: 3 })),
})) {
  test(`where a newer Accrete wrote ${what}, a person decides: that is said, and nothing is repaired`, async () => {
    const fixture = await createFixture(ward.world);
    await fixture.put(`${group}lat/0`, undefined);
    await injure(fixture);
    const before = await fixture.generations();
    const found = await look(fixture);
    const expected = { kind: "newerSchema", place: what, detail: "schema 3, this one knows 2" };
    assert.deepEqual(found.differences, [{ ...expected, of: "whole", first: 0, last: 0 }]);
    const wiring = fixture.wiring({
      around: async ({ operation }, perform) => {
        assert.ok(!/put|write|delete|publish/.test(operation), operation);
        return perform();
      },
    });
    const { done, left } = await repair(wiring, found, { adopt: true }, neverAborted);
    assert.deepEqual([done, left.map(({ mending, place }) => [mending, place])], [[], [["none", what]]]);
    assert.deepEqual(await fixture.generations(), before);
  });
}

test("where there is no such dataset, that is said, and who should know of it", async () => {
  const world = tinyWorld();
  await assert.rejects(
    examine(world.wiring(), {}, neverAborted),
    /there is no such dataset; `accrete extend tiny` creates it/,
  );
  const fixture = await createFixture(ward.world);
  for (const key of await fixture.keys()) if (key.startsWith(group)) await fixture.put(key, undefined);
  await assert.rejects(look(fixture), /ledger or provenance know 3 of its chunks: --store or --ledger/);
  assert.equal(await world.store.read(`${group}.zmetadata`, neverAborted), undefined);
});

test("what its base URL is not asked for any more, at its age, is not withdrawn", async () => {
  const world = tinyWorld({ patience: "P1D" });
  const { bases, candidates } = world.dataset.source;
  const [candidate] = candidates;
  assert.ok(candidate && bases.length === 1);
  const source = { ...world.dataset.source, candidates: [{ ...candidate, ageUntilMs: 3 * 3_600_000 }] };
  const wiring = () => world.wiring({ dataset: { ...world.dataset, source } });
  world.publishAll(0, 5);
  for (const index of [2, 5]) {
    world.at(index);
    await world.run({}, wiring());
  }
  assert.equal((await world.step(0))?.status, "present");
  assert.deepEqual((await examine(wiring(), {}, neverAborted)).differences, []);
});
