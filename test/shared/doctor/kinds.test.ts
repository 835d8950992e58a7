/**
 * Each kind of damage is named, with its place and both sides; it is repaired so that a second look finds no fault, and
 * readers find the granules' values.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { type Difference, differenceKinds } from "../../../shared/doctor/evidence/differences.ts";
import { tinyTime } from "../../support/tinyDataset.ts";
import { type Clinic, group, kindsOf, look, mend, openClinic, told } from "./clinic.ts";
import { damage } from "./damage.ts";
import { createFixture, type Fixture } from "./fixture.ts";

let ward: Clinic;
before(async () => {
  ward = await openClinic();
});

type Injure = (fixture: Fixture) => Promise<void>;
const garbage = new TextEncoder().encode("<html>");
const gone = (key: string) => (fixture: Fixture) => fixture.put(key, undefined);
const damaged = (key: string) => (fixture: Fixture) => fixture.put(key, garbage);
const edited =
  (key: string, change: Parameters<Fixture["edit"]>[1]): Injure =>
  (fixture) =>
    fixture.edit(key, change);
const recorded =
  (of: number | "dataset", change: Parameters<Fixture["record"]>[1]): Injure =>
  (fixture) =>
    fixture.record(of, change);
const copied =
  (from: string, to: string): Injure =>
  async (fixture) =>
    fixture.put(to, await fixture.bytes(from));
const coordinate =
  (key: string, ...values: readonly number[]): Injure =>
  (fixture) =>
    fixture.put(`${group}${key}`, zstdCompressSync(new Uint8Array(Float64Array.from(values).buffer)));
const provenanceOf = (chunk: number) => `tiny.accrete/provenance/0000000${chunk}.json`;

/** What is done, and what must be said of it: kind, place and detail. */
const injured: Readonly<Record<string, readonly [Injure, Difference["kind"], string, RegExp?]>> = {
  "consolidated metadata are gone": [gone(`${group}.zmetadata`), "documentGone", ".zmetadata"],
  "consolidated metadata are no JSON": [damaged(`${group}.zmetadata`), "documentDamaged", ".zmetadata"],
  "consolidated metadata say another type": [
    edited(`${group}.zmetadata`, (document) => {
      (document.metadata as Record<string, Record<string, unknown>>)["rain/.zarray"] = {
        zarr_format: 2,
        shape: [9],
      };
    }),
    "documentUnlike",
    ".zmetadata",
    /rain\/\.zarray/,
  ],
  "an array's metadata are gone": [gone(`${group}rain/.zarray`), "documentGone", "rain/.zarray"],
  "an array's attributes are damaged": [damaged(`${group}wind/.zattrs`), "documentDamaged", "wind/.zattrs"],
  "the group's own document is gone": [gone(`${group}.zgroup`), "documentGone", ".zgroup"],
  "an array is shorter than readers are told": [
    edited(`${group}rain/.zarray`, (document) => ({ ...document, shape: [3, 2, 3] })),
    "documentUnlike",
    "rain/.zarray",
    /shape: \[3,2,3\] instead of \[10,2,3\]/,
  ],
  "an array is longer than anything that is known": [
    edited(`${group}rain/.zarray`, (document) => ({ ...document, shape: [300, 2, 3] })),
    "documentUnlike",
    "rain/.zarray",
    /300/,
  ],
  "the group says another valid_through": [
    edited(`${group}.zattrs`, (document) => ({ ...document, valid_through: "2020-01-01T08:00:00Z" })),
    "documentUnlike",
    ".zattrs",
    /valid_through: "2020-01-01T08:00:00Z" instead of "2020-01-01T15:00:00Z"/,
  ],
  "the gaps are counted wrongly": [
    edited(`${group}.zmetadata`, (document) => {
      const attributes = (document.metadata as Record<string, Record<string, unknown>>)[".zattrs"];
      Object.assign(attributes ?? {}, { granule_gap_count: 1, granule_gap_counts: [1] });
    }),
    "documentUnlike",
    ".zmetadata",
    /1 gaps, granule_status has 2/,
  ],
  "a coordinate is gone": [gone(`${group}lat/0`), "coordinateGone", "lat/0"],
  "times are damaged": [damaged(`${group}time/0`), "coordinateDamaged", "time/0", /decoded/],
  "bounds of other values": [
    copied(`${group}time/0`, `${group}time_bnds/0.0`),
    "coordinateDamaged",
    "time_bnds/0.0",
  ],
  "a coordinate was made by adding up steps": [
    coordinate("lon/0", 100, 105.00000000000001, 110),
    "coordinateRounded",
    "lon/0",
  ],
  "a coordinate is another grid's, and the attributes are not": [
    coordinate("lon/0", 100, 105.000001, 110),
    "coordinateDamaged",
    "lon/0",
    /other values/,
  ],
  "statuses are gone": [gone(`${group}granule_status/0`), "statusesGone", "tiny.zarr/granule_status/0"],
  "statuses are damaged": [damaged(`${group}granule_status/0`), "statusesGone", "tiny.zarr/granule_status/0"],
  "statuses say another thing": [
    async (fixture) => {
      const flags = new Uint8Array(16_384).fill(3);
      flags.set([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2]);
      await fixture.put(`${group}granule_status/0`, zstdCompressSync(flags));
    },
    "statusesUnlike",
    "granule_status",
    /missing instead of corrupt/,
  ],
  "the published status is gone": [
    gone("tiny.accrete/status.json"),
    "summaryUnlike",
    "tiny.accrete/status.json",
  ],
  "the published status is damaged": [
    damaged("tiny.accrete/status.json"),
    "summaryUnlike",
    "tiny.accrete/status.json",
  ],
  "the published status says more": [
    edited("tiny.accrete/status.json", (document) => ({ ...document, length: 99, commit_seq: 99 })),
    "summaryUnlike",
    "tiny.accrete/status.json",
    /length: 99 instead of 10/,
  ],
  "the ledger has lost the dataset's record": [
    recorded("dataset", () => undefined),
    "ledgerUnlike",
    "ledger",
    /gone/,
  ],
  "the dataset's record is malformed": [
    recorded("dataset", (record) => ({ ...record, commitSeq: "three" })),
    "ledgerUnlike",
    "ledger",
    /malformed: commitSeq/,
  ],
  "the ledger knows a longer dataset": [
    recorded("dataset", (record) => ({ ...record, length: 2000 })),
    "ledgerUnlike",
    "ledger",
    /2000 timesteps, readers see 10/,
  ],
  "the ledger has lost a chunk's record": [recorded(1, () => undefined), "recordGone", "ledger"],
  "a chunk's record is malformed": [
    recorded(1, (record) => ({ ...record, steps: { ...(record.steps as object), 0: { status: "fine" } } })),
    "recordMalformed",
    "ledger",
    /step 0/,
  ],
  "the ledger has lost a timestep": [
    recorded(1, ({ steps, ...rest }) => {
      const { 3: _, ...others } = steps as Record<string, unknown>;
      return { ...rest, steps: others };
    }),
    "stepLost",
    "ledger",
  ],
  "ledger and provenance have lost a chunk": [
    async (fixture) => {
      await fixture.record(1, () => undefined);
      await fixture.put(provenanceOf(1), undefined);
    },
    "stepUnknown",
    "ledger",
  ],
  "all of the last chunk is lost: record, provenance and objects": [
    (fixture) => damage.lastChunkLost(fixture),
    "stepUnknown",
    "ledger",
  ],
  "ledger and provenance have lost all chunks, and the last one's objects are gone": [
    async (fixture) => {
      await damage.chunksForgotten(fixture);
      await damage.lastChunkLost(fixture);
      await fixture.record("dataset", () => undefined);
    },
    "stepUnknown",
    "ledger",
  ],
  "a flag was left": [recorded(0, (record) => ({ ...record, uncommitted: true })), "uncommitted", "ledger"],
  "a lease was left": [
    recorded(0, (record) => ({ ...record, lease: { holder: "dead", expiresAt: 1 } })),
    "leaseLeft",
    "ledger",
  ],
  "an object is gone": [gone(`${group}rain/1.0.0`), "objectGone", "rain"],
  "all objects of a chunk are gone": [
    async (fixture) => {
      for (const array of ["rain", "wind"]) await fixture.put(`${group}${array}/0.0.0`, undefined);
    },
    "objectGone",
    "wind",
  ],
  "an object is damaged": [damaged(`${group}wind/0.0.0`), "objectDamaged", "wind"],
  "an object is another chunk's": [
    copied(`${group}rain/1.0.0`, `${group}rain/0.0.0`),
    "objectUnproven",
    "rain",
  ],
  "values stand in a gap": [copied(`${group}wind/1.0.0`, `${group}wind/0.0.0`), "valuesInGap", "objects"],
  "an object that nothing tells of": [
    copied(`${group}wind/1.0.0`, `${group}wind/6.0.0`),
    "strayObject",
    "wind",
  ],
  "provenance is gone": [gone(provenanceOf(1)), "provenanceGone", "provenance"],
  "provenance is another chunk's": [
    copied(provenanceOf(0), provenanceOf(1)),
    "provenanceDamaged",
    "provenance",
  ],
  "provenance tells of another file": [
    edited(provenanceOf(1), (document) => {
      const steps = document.steps as { granule: { crc32c: string } }[];
      if (steps[1]) steps[1].granule.crc32c = "00000000";
    }),
    "provenanceUnlike",
    "provenance",
  ],
};

describe("is found, repaired, and found no more:", () => {
  for (const [what, [injure, kind, place, detail = /^/]] of Object.entries(injured)) {
    test(what, async () => {
      const fixture = await createFixture(ward.world);
      await injure(fixture);
      const found = await look(fixture);
      const named = found.differences.filter(
        (difference) => difference.kind === kind && difference.place === place,
      );
      assert.ok(
        named.some((difference) => detail.test(difference.detail)),
        told(found),
      );
      await mend(fixture, found);
    });
  }

  test("an array that a commit which was interrupted has made longer is none of these", async () => {
    const fixture = await createFixture(ward.world);
    await fixture.edit(`${group}rain/.zarray`, (document) => ({ ...document, shape: [11, 2, 3] }));
    const found = await look(fixture);
    assert.deepEqual(kindsOf(found), ["commitBrokenOff"]);
    assert.equal(differenceKinds.commitBrokenOff.weight, "note");
  });

  test("what the provider has otherwise is a note, and is left to the next run", async () => {
    const world = await ward.world.copy();
    for (const [index, revision] of [
      [3, 4],
      [11, 0],
    ] as const)
      world.publish(index, { revision });
    const fixture = await createFixture(world);
    try {
      const found = await look(fixture);
      const notes = found.differences.map(({ kind, first }) => [kind, first]);
      assert.deepEqual(notes, [
        ["revised", 3],
        ["pending", 11],
      ]);
      const { done } = await mend(fixture, found);
      assert.deepEqual(done, []);
    } finally {
      world.publish(3, { modifiedAt: tinyTime(3) + 3_600_000 });
      world.remove(11);
    }
  });
});
