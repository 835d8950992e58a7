/**
 * Hostile ledger records: whatever stands in the place of a record, plan, extend and status come to a right result or to
 * a `StorageError` that names the record, in a bounded number of calls; what readers see does not shrink and is never
 * another timestep's. 6,300 cases.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readDatasetStatus } from "../../../functions/runtime/datasetStatus.ts";
import { ContentionError, NewerSchemaError, StorageError } from "../../../shared/errors.ts";
import { checkedLedger } from "../../../shared/ledger/checkedLedger.ts";
import { fieldsOf, versioned } from "../../../shared/ledger/firestoreDocument.ts";
import { chunkRecordKey, datasetRecordKey, type Ledger, NO_RECORD } from "../../../shared/ledger/ledger.ts";
import { createMemoryLedger } from "../../../shared/ledger/memory.ts";
import type { ChunkRecord } from "../../../shared/ledger/records.ts";
import { createSqliteLedger } from "../../../shared/ledger/sqlite.ts";
import {
  assertOfAll,
  assertUnpolluted,
  outcomeOf,
  partPlayed,
  playCases,
} from "../../support/hostileCases.ts";
import {
  byteEdits,
  editedBytes,
  editedJson,
  hostileValues,
  jsonEdits,
  jsonEditsWith,
} from "../../support/hostileEdits.ts";
import {
  assertNothingWrong,
  boundedCalls,
  weathered,
  weatheredLength,
  weatheredWorld,
} from "../../support/hostileWorld.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { assertContent, neverAborted } from "../../support/tinyWorld.ts";

const chunkMembers = ["chunk", "lease", "generations", "uncommitted", "nextTryAt", "steps"] as const;
const far = { holder: "another", expiresAt: Date.UTC(9999, 0) };
/** One member of a record, replaced; besides JSON also what only a program can put there. */
const member = fc.record({
  name: fc.constantFrom(...chunkMembers, "length", "commitSeq", "committedAt", "planLease", "dirty"),
  value: fc.oneof(
    hostileValues,
    fc.constantFrom<unknown>(far, Number.NaN, Number.POSITIVE_INFINITY, {
      holder: "",
      expiresAt: Number.NaN,
    }),
  ),
});
/** A step's place, as another one, or as none. */
const stepName = fc.constantFrom(
  "1",
  "3",
  "4",
  "100",
  "-1",
  "1e0",
  "01",
  "0.5",
  "__proto__",
  "constructor",
  "",
);

type Damage = (record: unknown) => unknown;

const damages: fc.Arbitrary<Damage> = fc.oneof(
  jsonEditsWith(fc.constantFrom<unknown>(Number.NaN, undefined, Number.NEGATIVE_INFINITY)).map(
    (edits): Damage =>
      (record) =>
        editedJson(record, edits),
  ),
  member.map(
    ({ name, value }): Damage =>
      (record) => ({ ...(record as object), [name]: value }),
  ),
  fc.tuple(stepName, fc.nat({ max: 3 })).map(
    ([name, from]): Damage =>
      (record) => {
        const { steps, ...rest } = record as ChunkRecord;
        const moved = Object.entries(steps ?? {}).map(([key, step]) => [
          Number(key) === from ? name : key,
          step,
        ]);
        return { ...rest, steps: Object.fromEntries(moved) };
      },
  ),
  hostileValues.map(
    (value): Damage =>
      () =>
        value,
  ),
);

/** The ledger in which one record reads otherwise until somebody writes it. */
function damagedLedger(ledger: Ledger, chunk: number | undefined, damage: Damage): Ledger {
  let isDamaged = true;
  const seen = <Recorded>(record: Recorded): Recorded => {
    const number = (record as Partial<ChunkRecord>).chunk;
    return isDamaged && number === chunk ? (damage(record) as Recorded) : record;
  };
  const all = async (asking: ReturnType<Ledger["due"]>) =>
    (await asking).map(({ record, version }) => ({ record: seen(record), version }));
  return {
    async read(key, signal) {
      const found = await ledger.read(key, signal);
      return found && { record: seen(found.record), version: found.version };
    },
    async write(key, record, version, signal) {
      const result = await ledger.write(key, record, version, signal);
      if (key.chunk === chunk && result.outcome === "written") isDamaged = false;
      return result;
    },
    delete: (key, version, signal) => ledger.delete(key, version, signal),
    window: (...asked) => all(ledger.window(...asked)),
    uncommitted: (...asked) => all(ledger.uncommitted(...asked)),
    due: (...asked) => all(ledger.due(...asked)),
    leased: (...asked) => all(ledger.leased(...asked)),
  };
}

describe("a damaged record", () => {
  test("is named, or does no harm to what readers see", async (t) => {
    const base = await weatheredWorld();
    let [named, gone] = [0, 0];
    const chunks = fc.constantFrom(undefined, 0, 1, 1, 2);
    const ways = fc.constantFrom("run", "run", "force", "status");
    await playCases(t, 1000, fc.tuple(chunks, damages, ways), async ([chunk, damage, way]) => {
      const world = await base.copy();
      const wiring = world.wiring({ around: boundedCalls() });
      const damaged = {
        ...wiring,
        ledger: checkedLedger(world.dataset, damagedLedger(wiring.ledger.unchecked, chunk, damage)),
      };
      const found = await outcomeOf<unknown>(
        () => {
          if (way === "status") return readDatasetStatus(damaged, neverAborted);
          return world.run(way === "force" ? { from: 0, to: 8, force: true } : {}, damaged);
        },
        StorageError,
        ContentionError,
      );
      assertUnpolluted();
      if ("error" in found) {
        named++;
        const record = chunk === undefined ? "tiny itself" : "tiny chunk";
        if (found.error instanceof StorageError)
          assert.equal(found.error.key.slice(0, 10), record.slice(0, 10));
      } else gone++;
      assert.ok(await assertNothingWrong(world), "the dataset can be opened");
      assert.ok((await world.read()).length >= weatheredLength);
    });
    assertOfAll(named > 200 * partPlayed && gone > 100 * partPlayed, `${named} were named, ${gone} went on`);
    await assertContent(base, weathered);
  });

  test("in SQLite is a `StorageError`, or the record as it was written", async (t) => {
    const path = join(await temporaryDirectory(t), "ledger.sqlite");
    const ledger = createSqliteLedger(path);
    const base = await weatheredWorld();
    for (const chunk of [0, 1])
      await ledger.write(chunkRecordKey("tiny", chunk), await base.record(chunk), NO_RECORD, neverAborted);
    const database = new DatabaseSync(path);
    database.exec("PRAGMA synchronous = OFF");
    t.after(() => {
      database.close();
      ledger.close();
    });
    const sound = String(database.prepare("SELECT record FROM records WHERE chunk = 1").get()?.record);
    const checked = checkedLedger(base.dataset, ledger);
    const set = database.prepare(
      "UPDATE records SET record = ?, uncommitted = 1, next_try_at = 0, lease_ends_at = 9e12 WHERE chunk = 1",
    );
    const texts = fc.oneof(
      byteEdits.map((edits) => new TextDecoder().decode(editedBytes(new TextEncoder().encode(sound), edits))),
      jsonEdits.map((edits) => textOf(editedJson(JSON.parse(sound), edits))),
    );
    await playCases(t, 1300, texts, async (text) => {
      set.run(text);
      for (const ask of [
        () => checked.read(chunkRecordKey("tiny", 1), neverAborted).then((found) => found && [found]),
        () => checked.window("tiny", 0, 5, 10, neverAborted),
        () => checked.uncommitted("tiny", 10, neverAborted),
        () => checked.due("tiny", 0, 1, 10, neverAborted),
        () => checked.leased("tiny", 0, 10, neverAborted),
      ]) {
        const found = await outcomeOf(ask, StorageError, NewerSchemaError);
        if ("error" in found) assert.match(found.error.message, /tiny chunk 1\b/);
        else assert.deepEqual(found.result?.map(({ record }) => record.chunk).at(-1), 1);
      }
    });
  });

  test("in Firestore is refused by the adapter, or by who looks at it", async (t) => {
    const base = await weatheredWorld();
    const fields = fieldsOf(await base.record(1), "write-1");
    const updateTime = { seconds: "1600000000", nanos: 5 };
    let sound = 0;
    await playCases(t, 4000, jsonEdits, async (edits) => {
      const document = editedJson(
        { name: "accrete/tiny/chunks/00000001", fields, updateTime },
        edits,
      ) as object;
      // The adapter makes a `StorageError` of whatever this throws.
      const read = await outcomeOf(() => versioned(chunkRecordKey("tiny", 1), document ?? {}), Error);
      assertUnpolluted();
      if ("error" in read) return;
      const memory = createMemoryLedger();
      const answering: Ledger = { ...memory, read: async () => read.result as never };
      const ledger = checkedLedger(base.dataset, answering);
      const found = await outcomeOf(() => ledger.read(chunkRecordKey("tiny", 1), neverAborted), StorageError);
      if ("error" in found) return;
      sound++;
      assert.equal(found.result?.record.chunk, 1);
    });
    assertOfAll(sound > 100 * partPlayed, `${sound} were sound`);
  });
});

/** JSON where it can be written; else a text that is none. */
function textOf(document: unknown): string {
  try {
    return JSON.stringify(document) ?? "undefined";
  } catch {
    return "[".repeat(100_000);
  }
}

test("the dataset's own record is looked at as well", async () => {
  const world = await weatheredWorld();
  const found = await world.ledger.read(datasetRecordKey("tiny"), neverAborted);
  assert.ok(found);
  const nobodys = { ...far, holder: 7 as never };
  const damaged = { ...found.record, lease: nobodys };
  await world.ledger.write(datasetRecordKey("tiny"), damaged, found.version, neverAborted);
  await assert.rejects(world.run(), {
    tag: "storage",
    key: "tiny itself",
    message: /lease.*accrete doctor tiny/,
  });
});
