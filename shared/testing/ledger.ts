import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { updateRecord } from "../ledger/lease.ts";
import {
  chunkRecordKey,
  datasetRecordKey,
  type Ledger,
  NO_RECORD,
  type Version,
  type Versioned,
} from "../ledger/ledger.ts";
import {
  type ChunkRecord,
  type DatasetRecord,
  emptyChunk,
  emptyDataset,
  type StepRecord,
} from "../ledger/records.ts";
import { neverAborted } from "./neverAborted.ts";
import { fullChunk, fullDataset, ingested } from "./records.ts";

export interface StartedLedger {
  readonly ledger: Ledger;
  /** Frees what it holds. Called once, also after a test that failed. */
  stop(): Promise<void>;
}

/** Writes what is expected to be written; returns its version. */
async function written(ledger: Ledger, dataset: string, record: ChunkRecord, ifVersion = NO_RECORD) {
  const result = await ledger.write(chunkRecordKey(dataset, record.chunk), record, ifVersion, neverAborted);
  assert.ok(result.outcome === "written", `${dataset} chunk ${record.chunk} on ${ifVersion} was refused`);
  return result.version;
}

/** Every verb that changes nothing. */
const questions: readonly ((ledger: Ledger, signal: AbortSignal) => Promise<unknown>)[] = [
  (ledger, signal) => ledger.read(datasetRecordKey("a"), signal),
  (ledger, signal) => ledger.read(chunkRecordKey("a", 12), signal),
  (ledger, signal) => ledger.window("a", 0, 100, 10, signal),
  (ledger, signal) => ledger.uncommitted("a", 10, signal),
  (ledger, signal) => ledger.due("a", 0, Number.MAX_SAFE_INTEGER, 10, signal),
  (ledger, signal) => ledger.leased("a", 0, 10, signal),
];

const chunksOf = (found: readonly Versioned<ChunkRecord>[]) => found.map(({ record }) => record.chunk);

/**
 * Registers the tests of what every adapter must give through the `Ledger` port: records that come back as they were written, writes on
 * the condition of a version, also where many race for one record, the four questions, a newer build's records refused, signals that end
 * a call. `start` hands over a ledger of its own for each test, without any record.
 */
export function ledgerContract(name: string, start: () => Promise<StartedLedger>): void {
  async function started(t: TestContext): Promise<Ledger> {
    const { ledger, stop } = await start();
    t.after(stop);
    return ledger;
  }

  describe(`ledger contract: ${name}`, () => {
    test("a record that was never written is undefined", async (t) => {
      const ledger = await started(t);
      assert.equal(await ledger.read(datasetRecordKey("a"), neverAborted), undefined);
      assert.equal(await ledger.read(chunkRecordKey("a", 0), neverAborted), undefined);
      assert.deepEqual(await ledger.window("a", 0, 10, 10, neverAborted), []);
      assert.deepEqual(await ledger.uncommitted("a", 10, neverAborted), []);
      assert.deepEqual(await ledger.due("a", 0, 10, 10, neverAborted), []);
    });

    test("records come back exactly as they were written", async (t) => {
      const ledger = await started(t);
      for (const record of [fullDataset, emptyDataset]) {
        const dataset = `d-${record.length}`;
        const result = await ledger.write(datasetRecordKey(dataset), record, NO_RECORD, neverAborted);
        assert.ok(result.outcome === "written");
        assert.deepEqual(await ledger.read(datasetRecordKey(dataset), neverAborted), {
          record,
          version: result.version,
        });
      }
      for (const record of [fullChunk, emptyChunk(0)]) {
        const version = await written(ledger, "a", record);
        assert.deepEqual(await ledger.read(chunkRecordKey("a", record.chunk), neverAborted), {
          record,
          version,
        });
      }
      const [, found] = await ledger.window("a", 0, 12, 2, neverAborted);
      assert.deepEqual(found?.record, fullChunk);
      assert.deepEqual((await ledger.uncommitted("a", 1, neverAborted))[0]?.record, fullChunk);
      assert.deepEqual((await ledger.due("a", 0, 1_396_500_000_000, 1, neverAborted))[0]?.record, fullChunk);
    });

    test("NO_RECORD creates, once", async (t) => {
      const ledger = await started(t);
      const version = await written(ledger, "a", fullChunk);
      assert.notEqual(version, NO_RECORD);
      const second = await ledger.write(chunkRecordKey("a", 12), emptyChunk(12), NO_RECORD, neverAborted);
      assert.deepEqual(second, { outcome: "preconditionFailed" });
      assert.deepEqual(await ledger.read(chunkRecordKey("a", 12), neverAborted), {
        record: fullChunk,
        version,
      });
    });

    test("a record of a newer schema is refused by name, also by each question that would have it, and stays as it is", async (t) => {
      const ledger = await started(t);
      await written(ledger, "a", { ...fullChunk, chunk: 11, lease: { holder: "a", expiresAt: 2 } });
      const newer = { ...fullChunk, schema: 3, steps: { "0": { status: "preliminary" } } };
      const record = newer as unknown as ChunkRecord;
      const version = await written(ledger, "a", record);
      await ledger.write(
        datasetRecordKey("a"),
        { ...fullDataset, schema: 4 } as DatasetRecord,
        NO_RECORD,
        neverAborted,
      );
      const refused = (name: RegExp, schema: number) => ({ tag: "newer", schema, message: name });
      const chunk = refused(
        /ledger's record of a chunk 12 was written by a newer Accrete \(schema 3; this one knows 2\)/,
        3,
      );
      await assert.rejects(ledger.read(chunkRecordKey("a", 12), neverAborted), chunk);
      await assert.rejects(
        ledger.read(datasetRecordKey("a"), neverAborted),
        refused(/ledger's record of a was written.*schema 4/, 4),
      );
      const { nextTryAt } = fullChunk;
      for (const ask of [
        () => ledger.window("a", 0, 20, 10, neverAborted),
        () => ledger.uncommitted("a", 10, neverAborted),
        () => ledger.due("a", 0, nextTryAt ?? 0, 10, neverAborted),
        () => ledger.leased("a", 0, 10, neverAborted),
      ])
        await assert.rejects(ask, chunk);
      assert.deepEqual(chunksOf(await ledger.window("a", 0, 11, 10, neverAborted)), [11]);
      // Only who knows its version could overwrite it, and nobody was told.
      assert.deepEqual(await ledger.write(chunkRecordKey("a", 12), fullChunk, NO_RECORD, neverAborted), {
        outcome: "preconditionFailed",
      });
      await written(ledger, "a", fullChunk, version);
      assert.deepEqual((await ledger.read(chunkRecordKey("a", 12), neverAborted))?.record, fullChunk);
    });

    test("a write on the version that stands replaces, and every question tells the new one", async (t) => {
      const ledger = await started(t);
      const first = await written(ledger, "a", fullChunk);
      const second = await written(ledger, "a", { ...fullChunk, lease: null }, first);
      assert.notEqual(second, first);
      const expected = { record: { ...fullChunk, lease: null }, version: second };
      assert.deepEqual(await ledger.read(chunkRecordKey("a", 12), neverAborted), expected);
      assert.deepEqual(await ledger.window("a", 12, 12, 1, neverAborted), [expected]);
      assert.deepEqual(await ledger.uncommitted("a", 1, neverAborted), [expected]);
      assert.deepEqual(await ledger.due("a", 0, 1_396_500_000_000, 1, neverAborted), [expected]);
    });

    test("a write on any other version changes nothing", async (t) => {
      const ledger = await started(t);
      const first = await written(ledger, "a", emptyChunk(1));
      const existing = await written(ledger, "a", fullChunk, NO_RECORD);
      const newer = await written(ledger, "a", { ...emptyChunk(1), uncommitted: true }, first);
      for (const version of [first, NO_RECORD]) {
        const result = await ledger.write(chunkRecordKey("a", 1), emptyChunk(1), version, neverAborted);
        assert.deepEqual(result, { outcome: "preconditionFailed" }, version);
      }
      const missing = await ledger.write(chunkRecordKey("a", 2), emptyChunk(2), existing, neverAborted);
      assert.deepEqual(missing, { outcome: "preconditionFailed" });
      assert.equal(await ledger.read(chunkRecordKey("a", 2), neverAborted), undefined);
      assert.equal((await ledger.read(chunkRecordKey("a", 1), neverAborted))?.version, newer);
      assert.deepEqual((await ledger.read(chunkRecordKey("a", 12), neverAborted))?.record, fullChunk);
    });

    test("no version of a record comes back", async (t) => {
      const ledger = await started(t);
      const seen = new Set<Version>([NO_RECORD]);
      let version = NO_RECORD;
      for (let i = 0; i < 100; i++) {
        version = await written(ledger, "a", { ...emptyChunk(0), uncommitted: i % 2 === 0 }, version);
        assert.ok(!seen.has(version), `write ${i} has version ${version} again`);
        seen.add(version);
      }
    });

    test("a deletion on the version that stands takes the record from every answer, and only that one", async (t) => {
      const ledger = await started(t);
      const version = await written(ledger, "a", fullChunk);
      const others = [await written(ledger, "a", emptyChunk(11)), await written(ledger, "b", fullChunk)];
      const key = chunkRecordKey("a", 12);
      assert.deepEqual(await ledger.delete(key, version, neverAborted), { outcome: "deleted" });
      assert.equal(await ledger.read(key, neverAborted), undefined);
      assert.deepEqual(chunksOf(await ledger.window("a", 0, 100, 10, neverAborted)), [11]);
      assert.deepEqual(await ledger.uncommitted("a", 10, neverAborted), []);
      assert.deepEqual(await ledger.due("a", 0, Number.MAX_SAFE_INTEGER, 10, neverAborted), []);
      assert.deepEqual(await ledger.leased("a", 0, 10, neverAborted), []);
      const left = [chunkRecordKey("a", 11), chunkRecordKey("b", 12)];
      for (const [i, other] of left.entries())
        assert.equal((await ledger.read(other, neverAborted))?.version, others[i]);
      const dataset = await ledger.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
      assert.ok(dataset.outcome === "written");
      await ledger.delete(datasetRecordKey("a"), dataset.version, neverAborted);
      assert.equal(await ledger.read(datasetRecordKey("a"), neverAborted), undefined);
      assert.deepEqual(chunksOf(await ledger.window("a", 0, 100, 10, neverAborted)), [11]);
    });

    test("a deletion on any other version, or of what is not there, changes nothing", async (t) => {
      const ledger = await started(t);
      const key = chunkRecordKey("a", 12);
      const refused = { outcome: "preconditionFailed" };
      const first = await written(ledger, "a", emptyChunk(12));
      const existing = await written(ledger, "a", fullChunk, first);
      for (const version of [first, NO_RECORD])
        assert.deepEqual(await ledger.delete(key, version, neverAborted), refused);
      assert.deepEqual(await ledger.delete(chunkRecordKey("a", 11), existing, neverAborted), refused);
      assert.deepEqual(await ledger.read(key, neverAborted), { record: fullChunk, version: existing });
      const reason = new Error("deadline");
      await assert.rejects(
        ledger.delete(key, existing, AbortSignal.abort(reason)),
        (error) => error === reason,
      );
      await ledger.delete(key, existing, neverAborted);
      assert.deepEqual(await ledger.delete(key, existing, neverAborted), refused);
    });

    test("what is written where a record was deleted has a version of its own", async (t) => {
      const ledger = await started(t);
      const key = chunkRecordKey("a", 12);
      const seen = new Set<Version>([NO_RECORD]);
      for (let i = 0; i < 10; i++) {
        let version = NO_RECORD;
        for (let change = 0; change <= i % 3; change++) {
          version = await written(ledger, "a", fullChunk, version);
          assert.ok(!seen.has(version), `version ${version} came again`);
          seen.add(version);
        }
        assert.deepEqual(await ledger.delete(key, version, neverAborted), { outcome: "deleted" });
      }
      const version = await written(ledger, "a", emptyChunk(12));
      for (const before of [...seen]) {
        for (const late of [
          () => ledger.write(key, fullChunk, before, neverAborted),
          () => ledger.delete(key, before, neverAborted),
        ])
          if (before !== NO_RECORD) assert.deepEqual(await late(), { outcome: "preconditionFailed" });
      }
      assert.deepEqual(await ledger.read(key, neverAborted), { record: emptyChunk(12), version });
    });

    test("of 20 racing deletions and writes on one version exactly one wins", async (t) => {
      const ledger = await started(t);
      const key = chunkRecordKey("a", 12);
      const version = await written(ledger, "a", fullChunk);
      const racers = Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? ledger.delete(key, version, neverAborted)
          : ledger.write(key, emptyChunk(12), version, neverAborted),
      );
      const outcomes = (await Promise.all(racers)).map(({ outcome }) => outcome);
      assert.equal(outcomes.filter((outcome) => outcome !== "preconditionFailed").length, 1);
      const isDeleted = outcomes.includes("deleted");
      assert.equal((await ledger.read(key, neverAborted)) === undefined, isDeleted);
    });

    test("what callers do to their records afterwards changes nothing", async (t) => {
      const ledger = await started(t);
      const mine = structuredClone(fullChunk);
      await written(ledger, "a", mine);
      (mine.steps as Record<string, StepRecord>)["1"] = ingested;
      const found = await ledger.read(chunkRecordKey("a", 12), neverAborted);
      (found?.record.generations as Record<string, string>).mine = "1";
      assert.deepEqual((await ledger.read(chunkRecordKey("a", 12), neverAborted))?.record, fullChunk);
    });

    test("a window holds the chunks from first to last, in order, at most the limit", async (t) => {
      const ledger = await started(t);
      await ledger.write(datasetRecordKey("a"), fullDataset, NO_RECORD, neverAborted);
      for (const chunk of [100, 9, 0, 10, 11, 1448, 2]) await written(ledger, "a", emptyChunk(chunk));
      for (const [first, last, limit, expected] of [
        [0, 10_000, 100, [0, 2, 9, 10, 11, 100, 1448]],
        [2, 11, 100, [2, 9, 10, 11]],
        [3, 8, 100, []],
        [9, 9, 100, [9]],
        [2, 1448, 3, [2, 9, 10]],
        [11, 10, 100, []],
        [-5, 0, 100, [0]],
      ] as const) {
        const found = await ledger.window("a", first, last, limit, neverAborted);
        assert.deepEqual(chunksOf(found), expected, `${first} to ${last}, at most ${limit}`);
      }
    });

    test("uncommitted holds the flagged chunks alone, in order, at most the limit, until the flag is cleared", async (t) => {
      const ledger = await started(t);
      const versions = new Map<number, Version>();
      for (const chunk of [1000, 7, 30, 200, 8]) {
        const record = { ...emptyChunk(chunk), uncommitted: chunk !== 30 };
        versions.set(chunk, await written(ledger, "a", record));
      }
      assert.deepEqual(chunksOf(await ledger.uncommitted("a", 10, neverAborted)), [7, 8, 200, 1000]);
      assert.deepEqual(chunksOf(await ledger.uncommitted("a", 2, neverAborted)), [7, 8]);
      await written(ledger, "a", emptyChunk(8), versions.get(8));
      await written(ledger, "a", { ...emptyChunk(30), uncommitted: true }, versions.get(30));
      assert.deepEqual(chunksOf(await ledger.uncommitted("a", 10, neverAborted)), [7, 30, 200, 1000]);
    });

    test("due holds the chunks whose next try is at or before the instant, the longest due first, at most the limit", async (t) => {
      const ledger = await started(t);
      const noon = Date.UTC(2026, 10, 23, 12);
      const tries: [number, number | null][] = [
        [5, noon],
        [4, noon + 1],
        [3, noon - 86_400_000],
        [2, null],
        [1, noon - 1],
      ];
      const versions = new Map<number, Version>();
      for (const [chunk, nextTryAt] of tries) {
        versions.set(chunk, await written(ledger, "a", { ...emptyChunk(chunk), nextTryAt }));
      }
      assert.deepEqual(chunksOf(await ledger.due("a", 0, noon, 10, neverAborted)), [3, 1, 5]);
      assert.deepEqual(chunksOf(await ledger.due("a", 0, noon, 2, neverAborted)), [3, 1]);
      assert.deepEqual(chunksOf(await ledger.due("a", 0, noon + 1, 10, neverAborted)), [3, 1, 5, 4]);
      assert.deepEqual(chunksOf(await ledger.due("a", noon - 1, noon, 10, neverAborted)), [1, 5]);
      assert.deepEqual(chunksOf(await ledger.due("a", noon, Number.MAX_SAFE_INTEGER, 1, neverAborted)), [5]);
      assert.deepEqual(
        chunksOf(await ledger.due("a", Number.MIN_SAFE_INTEGER, noon - 1, 10, neverAborted)),
        [3, 1],
      );
      await written(ledger, "a", emptyChunk(3), versions.get(3));
      await written(ledger, "a", { ...emptyChunk(2), nextTryAt: 0 }, versions.get(2));
      assert.deepEqual(chunksOf(await ledger.due("a", 0, noon, 10, neverAborted)), [2, 1, 5]);
    });

    test("leased holds the chunks whose lease ends after the instant, the next to end first, at most the limit", async (t) => {
      const ledger = await started(t);
      const noon = Date.UTC(2026, 10, 23, 12);
      const ends: [number, number | null][] = [
        [4, noon + 30_000],
        [3, noon],
        [2, null],
        [1, noon + 60_000],
        [0, noon + 1],
      ];
      const versions = new Map<number, Version>();
      for (const [chunk, expiresAt] of ends) {
        const lease = expiresAt === null ? null : { holder: `holder ${chunk}`, expiresAt };
        versions.set(chunk, await written(ledger, "a", { ...emptyChunk(chunk), lease }));
      }
      assert.deepEqual(chunksOf(await ledger.leased("a", noon, 10, neverAborted)), [0, 4, 1]);
      assert.deepEqual(chunksOf(await ledger.leased("a", noon, 2, neverAborted)), [0, 4]);
      assert.deepEqual(chunksOf(await ledger.leased("a", noon + 30_000, 10, neverAborted)), [1]);
      assert.deepEqual(chunksOf(await ledger.leased("b", noon, 10, neverAborted)), []);
      await written(ledger, "a", emptyChunk(0), versions.get(0));
      assert.deepEqual(chunksOf(await ledger.leased("a", noon, 10, neverAborted)), [4, 1]);
    });

    test("datasets of similar names, and a dataset's own record, do not mix with its chunks", async (t) => {
      const ledger = await started(t);
      const names = ["a", "a-b", "a-0", "b", "a%", "a_"];
      for (const [chunk, dataset] of names.entries()) {
        await ledger.write(
          datasetRecordKey(dataset),
          { ...fullDataset, length: chunk },
          NO_RECORD,
          neverAborted,
        );
        await written(ledger, dataset, { ...emptyChunk(chunk), uncommitted: true, nextTryAt: chunk });
      }
      for (const [chunk, dataset] of names.entries()) {
        assert.equal((await ledger.read(datasetRecordKey(dataset), neverAborted))?.record.length, chunk);
        assert.deepEqual(chunksOf(await ledger.window(dataset, 0, 1e6, 10, neverAborted)), [chunk]);
        assert.deepEqual(chunksOf(await ledger.uncommitted(dataset, 10, neverAborted)), [chunk]);
        assert.deepEqual(chunksOf(await ledger.due(dataset, 0, 1e6, 10, neverAborted)), [chunk]);
      }
    });

    test("of 20 racing writes on one version exactly one wins, and it is the one that stands", async (t) => {
      const ledger = await started(t);
      for (const ifVersion of [NO_RECORD, undefined]) {
        const existing =
          ifVersion ?? (await ledger.read(chunkRecordKey("a", 0), neverAborted))?.version ?? "";
        const racers = Array.from({ length: 20 }, (_, i) => ({ ...emptyChunk(0), nextTryAt: i }));
        const results = await Promise.all(
          racers.map((record) => ledger.write(chunkRecordKey("a", 0), record, existing, neverAborted)),
        );
        const winners = racers.filter((_, i) => results[i]?.outcome === "written");
        assert.equal(winners.length, 1);
        assert.deepEqual((await ledger.read(chunkRecordKey("a", 0), neverAborted))?.record, winners[0]);
      }
    });

    test("20 racing workers who each add 5 steps to one chunk lose none", async (t) => {
      const ledger = await started(t);
      const add = async (worker: number) => {
        for (let i = 0; i < 5; i++) {
          await updateRecord(ledger, chunkRecordKey("a", 3), emptyChunk(3), neverAborted, (record) => ({
            ...record,
            steps: { ...record.steps, [String(5 * worker + i)]: ingested },
          }));
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, worker) => add(worker)));
      const { steps } = (await ledger.read(chunkRecordKey("a", 3), neverAborted))?.record ?? emptyChunk(3);
      assert.deepEqual(
        Object.keys(steps).map(Number),
        Array.from({ length: 100 }, (_, i) => i),
      );
    });

    test("an aborted signal rejects with its reason and changes nothing", async (t) => {
      const ledger = await started(t);
      const version = await written(ledger, "a", fullChunk);
      const reason = new Error("deadline");
      const aborted = AbortSignal.abort(reason);
      const isReason = (thrown: unknown) => thrown === reason;
      for (const ask of questions) await assert.rejects(ask(ledger, aborted), isReason);
      await assert.rejects(ledger.write(chunkRecordKey("a", 12), emptyChunk(12), version, aborted), isReason);
      await assert.rejects(ledger.write(chunkRecordKey("a", 1), emptyChunk(1), NO_RECORD, aborted), isReason);
      assert.deepEqual(await ledger.window("a", 0, 100, 10, neverAborted), [{ record: fullChunk, version }]);
    });

    test("a call that is aborted on its way is done, or rejects with the reason", async (t) => {
      const ledger = await started(t);
      let version = await written(ledger, "a", fullChunk);
      const reason = new Error("deadline");
      for (const ask of questions) {
        const controller = new AbortController();
        const asking = ask(ledger, controller.signal);
        controller.abort(reason);
        const [settled] = await Promise.allSettled([asking]);
        if (settled.status === "rejected") assert.equal(settled.reason, reason);
      }
      const controller = new AbortController();
      const writing = ledger.write(chunkRecordKey("a", 12), emptyChunk(12), version, controller.signal);
      controller.abort(reason);
      const [settled] = await Promise.allSettled([writing]);
      if (settled.status === "rejected") assert.equal(settled.reason, reason);
      else assert.equal(settled.value.outcome, "written");
      // Whatever became of it, who goes on from what stands is served.
      version = (await ledger.read(chunkRecordKey("a", 12), neverAborted))?.version ?? NO_RECORD;
      await written(ledger, "a", fullChunk, version);
    });

    test("20 racing counters of one dataset are all counted", async (t) => {
      const ledger = await started(t);
      const count = (record: DatasetRecord) => ({ ...record, commitSeq: record.commitSeq + 1 });
      await Promise.all(
        Array.from({ length: 20 }, () =>
          updateRecord(ledger, datasetRecordKey("a"), emptyDataset, neverAborted, count),
        ),
      );
      assert.deepEqual((await ledger.read(datasetRecordKey("a"), neverAborted))?.record, {
        ...emptyDataset,
        commitSeq: 20,
      });
    });
  });
}
