/**
 * The schedules would notice: each condition that the protocol rests on is taken out of the product, and then a schedule breaks
 * a promise. Leases may be taken out altogether: they save work, and protect nothing.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { casesOf, onlyInAll } from "../../support/sample.ts";
import { type Mutation, play, run } from "./players.ts";

/** Many times as many as are needed. */
const schedulesMax = 2000;
const seedUsual = 7;

interface Needed extends Mutation {
  /** With which dozens of schedules come upon it, not hundreds. */
  readonly seed?: number;
}

const needed: Readonly<Record<string, Needed>> = {
  "the generation on whose condition an object is put": {
    file: "shared/store/memory.ts",
    from: "if ((objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
    to: "if (false)",
  },
  "that generation, of chunks alone": {
    file: "shared/store/memory.ts",
    from: "if ((objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
    to: "if (!/(rain|wind).\\d/.test(key) && (objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
    seed: 5,
  },
  "that generation, of metadata alone": {
    file: "shared/store/memory.ts",
    from: "if ((objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
    to: "if (!/\\.z(array|attrs|metadata)$/.test(key) && (objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
  },
  "that generation, of provenance and status alone": {
    file: "shared/store/memory.ts",
    from: "if ((objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
    to: "if (!/accrete/.test(key) && (objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)",
  },
  "`.zmetadata` last": {
    file: "shared/archive/groupObjects.ts",
    from: "for (const keys of keysToWrite(dataset, state, documents)) {",
    to: 'if (!(await putDocument(".zmetadata"))) return false; for (const keys of keysToWrite(dataset, state, documents)) {',
  },
  "the look at the lease between reading a chunk's object and putting it": {
    file: "shared/archive/chunkObjects.ts",
    from: "if (!(await lease.isOurs(signal)))",
    to: "if (false)",
  },
  "the version on whose condition `uncommitted` is cleared": {
    file: "shared/pipeline/commit/provenance.ts",
    from: "if (newest?.version !== published.version) return;",
    to: "if (!newest) return;",
  },
  "the version on whose condition a record is written": {
    file: "shared/ledger/memory.ts",
    from: "if ((records.get(place(key))?.version ?? NO_RECORD) !== ifVersion)",
    to: "if (false)",
  },
  "that steps are recorded only under the lease": {
    file: "shared/ledger/lease.ts",
    from: "return held ? change(found) : undefined;",
    to: "return change(found);",
  },
  "that a gap is settled only where no worker was quicker": {
    file: "shared/pipeline/plan/resolveGaps.ts",
    from: "isSame(record.steps[offset], before)",
    to: "true",
    seed: 5,
  },
  "that a chunk which a worker left is cleared of what nobody recorded": {
    file: "shared/pipeline/extend/ingest.ts",
    from: "lease.isAbandoned || !mustBeThere ? await knownSteps(wiring, stored, lease.record, signal) : () => true",
    to: "() => true",
    seed: 1,
  },
  "that what is stored is merged, not filled": {
    file: "shared/archive/arrayEncoder.ts",
    from: "else if (!(decoder && isRetained(offset)))",
    to: "else",
  },
  "that a gap's objects are there before it is shown": {
    file: "shared/pipeline/commit/publication.ts",
    from: "await createFillObjects({ ...wiring, dataset: stored.dataset }, shown, signal);",
    to: "",
  },
  "that fill is put only where nothing stands": {
    file: "shared/pipeline/commit/fillObjects.ts",
    from: "store.put(key, bytes, ABSENT, openChunkHeaders, signal)",
    to: "store.read(key, signal).then((found) => store.put(key, bytes, found?.generation ?? ABSENT, openChunkHeaders, signal))",
    seed: 2,
  },
};

describe("the schedules fail without", { concurrency: 2 }, () => {
  for (const [condition, { seed = seedUsual, ...mutation }] of Object.entries(needed)) {
    test(condition, async () => {
      const { stderr } = await play(schedulesMax, seed, mutation);
      assert.match(stderr, /^a promise is broken/);
    });
  }
});

/** Of those in which doctors delete. A sample leaves it to a test of its own, below. */
const injuredSchedulesMax = 200;

const deletions: Readonly<Record<string, Mutation>> = {
  "the generation on whose condition an object is deleted": {
    file: "shared/store/memory.ts",
    from: 'if (objects.get(key)?.generation !== ifGenerationMatch) return { outcome: "preconditionFailed" };',
    to: "",
  },
  "that the doctor deletes the generation that it looked at": {
    file: "shared/doctor/repair/underLease.ts",
    from: "await store.delete(key, found.generation, signal);",
    to: "await store.delete(key, (await store.read(key, signal))?.generation ?? found.generation, signal);",
  },
};

describe("the schedules with injuries fail without", { concurrency: 2 }, () => {
  for (const [condition, mutation] of Object.entries(deletions)) {
    test(condition, { skip: onlyInAll }, async () => {
      const { stderr } = await play(injuredSchedulesMax, seedUsual, mutation, "injured");
      assert.match(stderr, /^a promise is broken/);
    });
  }
});

const lateDeletion = (mutation: Mutation) => ({ ...mutation, test: "shared/doctor/lateDeletion.test.ts" });

/** What few schedules come upon, or none: a test brings it about. */
const directed: Readonly<Record<string, Mutation & { readonly test: string }>> = {
  ...Object.fromEntries(Object.entries(deletions).map(([what, mutation]) => [what, lateDeletion(mutation)])),
  "that the list of what is uncommitted is read after the statuses": {
    test: "shared/pipeline/commit/publicationRaces.test.ts",
    file: "shared/pipeline/commit/publication.ts",
    from: "const { statuses, readable, publishable } = await readAhead(wiring, stored, await list(), signal);\n  const listed = await list();",
    to: "const listed = await list(); const { statuses, readable, publishable } = await readAhead(wiring, stored, listed, signal);",
  },
  "that no array gets shorter": {
    test: "shared/pipeline/commit/publicationRaces.test.ts",
    file: "shared/archive/groupObjects.ts",
    from: "documentBytes(notShrunk(format, document, existing.bytes))",
    to: "documentBytes(document)",
  },
  "that a chunk whose provenance was refused stays to be told": {
    test: "shared/pipeline/commit/provenance.test.ts",
    file: "shared/pipeline/commit/provenance.ts",
    from: 'if (put.outcome === "preconditionFailed") return;',
    to: "",
  },
  "that who has taken a chunk's lease looks whether the dataset is removed": {
    test: "shared/removal/remove.test.ts",
    file: "shared/pipeline/extend/extend.ts",
    from: "await refuseRemoved(wiring, stored, signal);",
    to: "",
  },
  "that a removal looks for who holds a chunk, once it has said so": {
    test: "shared/removal/remove.test.ts",
    file: "shared/removal/remove.ts",
    from: "for (const { record } of leased)",
    to: "for (const { record } of leased.slice(0, 0))",
  },
  "that a removal which another has finished deletes nothing more": {
    test: "shared/removal/remove.test.ts",
    file: "shared/removal/deletions.ts",
    from: "return found?.record.removal?.by === by;",
    to: "return true;",
  },
  "that a plan looks whether the dataset was removed before it records a gap": {
    test: "shared/removal/remove.test.ts",
    file: "shared/pipeline/plan/resolveGaps.ts",
    from: "if (resolutions.size > 0) await refuseRemoved(wiring, stored, signal);",
    to: "",
  },
  "that a file is synced before it is named": {
    test: "shared/store/powerCut.test.ts",
    file: "shared/store/filesystem/durable.ts",
    from: "await file.sync();",
    to: "",
  },
  "that the directory is synced which names a file": {
    test: "shared/store/powerCut.test.ts",
    file: "shared/store/filesystem/durable.ts",
    from: "await syncDirectory(directory);",
    to: "",
  },
};

describe("a test of its own fails without", () => {
  for (const [condition, { test: file, ...mutation }] of Object.entries(directed)) {
    test(condition, async () => {
      const { stdout, stderr } = await run([join(import.meta.dirname, "../..", file)], mutation);
      assert.match(stdout, /ERR_ASSERTION/, stderr);
    });
  }
});

test("every condition stands once where it is taken out of", async () => {
  for (const [condition, { file, from }] of Object.entries({ ...needed, ...deletions, ...directed })) {
    const parts = (await readFile(join(import.meta.dirname, "../../..", file), "utf8")).split(from);
    assert.equal(parts.length, 2, `${condition}: ${file}`);
  }
});

test("without any lease no promise is broken", async (t) => {
  const noLease = {
    file: "shared/ledger/lease.ts",
    from: "return lease.expiresAt > now && lease.expiresAt <= latestEnd(lease, now);",
    to: "return false;",
  };
  const schedules = casesOf(t, { whole: 300, sample: 30, what: "schedules" });
  const { stdout, stderr } = await play(schedules, seedUsual, noLease);
  assert.equal(stderr, "");
  assert.ok(JSON.parse(stdout).kills > 0);
});
