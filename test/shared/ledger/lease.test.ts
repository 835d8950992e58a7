import assert from "node:assert/strict";
import { test } from "node:test";
import { isHeldBy, isHeldByOther, updateRecord } from "../../../shared/ledger/lease.ts";
import { datasetRecordKey, type Ledger, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { createMemoryLedger } from "../../../shared/ledger/memory.ts";
import { type DatasetRecord, emptyDataset } from "../../../shared/ledger/records.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";

const key = datasetRecordKey("a");
const longer = (record: DatasetRecord) => ({ ...record, length: record.length + 1 });

/** A ledger in which somebody else's change goes through just before each of the first `times` writes. */
function contended(ledger: Ledger, times: number): Ledger {
  let left = times;
  return {
    ...ledger,
    async write(at, record, ifVersion) {
      if (left-- > 0) {
        const found = await ledger.read(key, neverAborted);
        const others = found?.record ?? emptyDataset;
        const changed = { ...others, commitSeq: others.commitSeq + 1 };
        await ledger.write(key, changed, found?.version ?? NO_RECORD, neverAborted);
      }
      return ledger.write(at, record, ifVersion, neverAborted);
    },
  };
}

test("updateRecord begins with the empty record, and goes on from what stands", async () => {
  const ledger = createMemoryLedger();
  assert.deepEqual(await updateRecord(ledger, key, emptyDataset, neverAborted, longer), {
    ...emptyDataset,
    length: 1,
  });
  assert.deepEqual(await updateRecord(ledger, key, emptyDataset, neverAborted, longer), {
    ...emptyDataset,
    length: 2,
  });
  assert.deepEqual((await ledger.read(key, neverAborted))?.record, { ...emptyDataset, length: 2 });
});

test("updateRecord leaves a record alone where there is nothing to change, and returns it", async () => {
  const ledger = createMemoryLedger();
  assert.equal(await updateRecord(ledger, key, emptyDataset, neverAborted, () => undefined), emptyDataset);
  assert.equal(await ledger.read(key, neverAborted), undefined);
  await updateRecord(ledger, key, emptyDataset, neverAborted, longer);
  const before = await ledger.read(key, neverAborted);
  assert.deepEqual(
    await updateRecord(ledger, key, emptyDataset, neverAborted, () => undefined),
    before?.record,
  );
  assert.deepEqual(await ledger.read(key, neverAborted), before);
});

test("updateRecord makes its change to what others wrote meanwhile", async () => {
  const ledger = createMemoryLedger();
  const seen: number[] = [];
  const record = await updateRecord(contended(ledger, 3), key, emptyDataset, neverAborted, (existing) => {
    seen.push(existing.commitSeq);
    return longer(existing);
  });
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.deepEqual(record, { ...emptyDataset, length: 1, commitSeq: 3 });
  assert.deepEqual((await ledger.read(key, neverAborted))?.record, record);
});

test("updateRecord gives up with a ContentionError that names the record, where others are always quicker", async () => {
  const ledger = createMemoryLedger();
  await assert.rejects(
    updateRecord(contended(ledger, Number.POSITIVE_INFINITY), key, emptyDataset, neverAborted, longer),
    {
      tag: "contention",
      message: /record of a chunk - changed/,
    },
  );
  assert.equal((await ledger.read(key, neverAborted))?.record.length, 0);
});

test("updateRecord passes on what the change throws, and writes nothing", async () => {
  const ledger = createMemoryLedger();
  const thrown = new Error("no");
  await assert.rejects(
    updateRecord(ledger, key, emptyDataset, neverAborted, () => {
      throw thrown;
    }),
    thrown,
  );
  assert.equal(await ledger.read(key, neverAborted), undefined);
});

test("a lease is held by another until the instant it expires", () => {
  const lease = { holder: "one", expiresAt: 1000 };
  assert.equal(isHeldByOther(lease, "other", 999), true);
  assert.equal(isHeldByOther(lease, "other", 1000), false);
  assert.equal(isHeldByOther(lease, "one", 0), false);
  assert.equal(isHeldByOther(null, "one", 0), false);
});

test("a lease that ran out is still its holder's, as long as nobody took it over", () => {
  assert.equal(isHeldBy({ holder: "one", expiresAt: 0 }, "one"), true);
  assert.equal(isHeldBy({ holder: "other", expiresAt: 2000 }, "one"), false);
  assert.equal(isHeldBy(null, "one"), false);
});
