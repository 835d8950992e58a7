/**
 * Who upgrades loses nothing, and may do so one machine after the other. What builds of before sent and stored is frozen in
 * `upgrade/golden/`: it is gone on with as it is, and what this build sends and stores is what they read.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { isFault } from "../../shared/doctor/evidence/differences.ts";
import { examine } from "../../shared/doctor/examine.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { versioned } from "../../shared/ledger/firestoreDocument.ts";
import type { FirestoreFields } from "../../shared/ledger/firestoreValue.ts";
import { chunkRecordKey, datasetRecordKey, type LedgerKey } from "../../shared/ledger/ledger.ts";
import { createSqliteLedger } from "../../shared/ledger/sqlite.ts";
import { schemaKnown } from "../../shared/schema.ts";
import { createFtpSource } from "../../shared/source/ftp/ftpSource.ts";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";
import {
  assertContent,
  type Expected,
  generationsBesideStatus,
  neverAborted,
  tinyWorld,
} from "../support/tinyWorld.ts";
import { type FrozenBuild, frozenBuilds, layOut } from "./upgrade/frozen.ts";
import {
  datasetIn,
  deployment,
  endsAt,
  filesAtEnd,
  forced,
  numberedByKey,
  playScenario,
  type ServerName,
  serverKinds,
  startProvider,
  tinyOptions,
  type Written,
} from "./upgrade/scenario.ts";

const builds = frozenBuilds();

/** What a build left behind, with its provider as it was then. */
async function leftBehind(
  t: TestContext,
  { content, schema }: FrozenBuild,
  written: Written,
  server: ServerName,
) {
  const world = tinyWorld(tinyOptions);
  world.at(endsAt);
  const provider = await startProvider(serverKinds[server], () => world.clock.asOf);
  t.after(() => provider.server.close());
  provider.publishAll();
  const ledgerPath = join(await temporaryDirectory(t), "ledger.sqlite");
  const store = numberedByKey(world.store);
  await layOut(written, store, ledgerPath);
  const opened = () => {
    const ledger = createSqliteLedger(ledgerPath);
    const source = createFtpSource({ url: provider.server.url, connectionsMax: 2, random: () => 0.5 });
    const wiring = { ...world.wiring(), store, ledger: checkedLedger(world.dataset, ledger), source };
    return { wiring, close: () => source.close().finally(() => ledger.close()) };
  };
  const generations = await generationsBesideStatus(world);
  return {
    world,
    provider,
    ledgerPath,
    store,
    generations,
    /** By a process of its own. */
    async run() {
      const { wiring, close } = opened();
      await world.run({}, wiring).finally(close);
      return wiring.events;
    },
    async faults() {
      const { wiring, close } = opened();
      const { differences } = await examine(wiring, {}, neverAborted).finally(close);
      return differences.filter(isFault);
    },
    /** Nothing was put but the status, and nothing fetched. Metadata get what an older schema has not, as an identity. */
    async assertUntouched() {
      const isKept = (key: string) => schema === schemaKnown || isObjectOfData(key);
      const kept = (all: Record<string, string>) => Object.entries(all).filter(([key]) => isKept(key));
      assert.deepEqual(kept(await generationsBesideStatus(world)), kept(generations));
      assert.equal(provider.server.count("RETR"), 0);
      await assertContent(world, content);
    },
  };
}

const isObjectOfData = (key: string) => /^tiny\.zarr\/(?!granule_status)\w+\/[\d.]+$/.test(key);

/** The server that it was, and what it may be since it was upgraded itself. */
const laterServers = (name: ServerName, { schema }: FrozenBuild): readonly ServerName[] =>
  schema > 1 && name === "dates in words, and exact ones when it is asked" ? [name, "exact dates"] : [name];

for (const build of builds) {
  describe(`what ${build.version} left behind`, () => {
    const { written, content } = build;
    const from = written.flatMap(([name, one]) =>
      laterServers(name, build).map((server) => ({ name, one, server })),
    );
    for (const { name, one, server } of from) {
      test(`of ${name} is nothing new from a server of ${server}, and goes on`, async (t) => {
        const { world, provider, ledgerPath, run, assertUntouched } = await leftBehind(t, build, one, server);
        const planned = (await run()).flatMap((said) =>
          said.event === "planned" ? [[said.matched, said.batches, said.timesteps, said.settled]] : [],
        );
        assert.deepEqual(planned, [[filesAtEnd, 0, 0, 0]]);
        await assertUntouched();

        provider.publish(2, { revision: 2, changedAt: endsAt });
        provider.publish(11);
        world.at(endsAt + 0.5);
        await run();
        const next: Expected[] = [...content, 0];
        next[2] = 2;
        await assertContent(world, next);
        assert.equal(provider.server.count("RETR"), 2);
        const broughtUp = [await world.status(), await world.provenance(0), recordsIn(ledgerPath).get(0)];
        for (const one of broughtUp) assert.equal(one?.schema, schemaKnown);
      });
    }

    test("has no fault to the doctor, and asks for no repair", async (t) => {
      for (const [name, one] of written) {
        const { faults, assertUntouched } = await leftBehind(t, build, one, name);
        assert.deepEqual(await faults(), []);
        await assertUntouched();
      }
    });

    test("of the ledger is the same record from Firestore as from a file", async (t) => {
      for (const [name, one] of written) {
        const { ledgerPath } = await leftBehind(t, build, one, name);
        const ledger = createSqliteLedger(ledgerPath);
        t.after(() => ledger.close());
        for (const { chunk, fields } of one.firestore) {
          const key: LedgerKey<unknown> =
            chunk === undefined ? datasetRecordKey("tiny") : chunkRecordKey("tiny", chunk);
          const document = { fields: fields as FirestoreFields, updateTime: { seconds: 1, nanos: 2 } };
          const { record } = (await ledger.read(key, neverAborted)) ?? assert.fail(`chunk ${chunk}`);
          assert.deepEqual(versioned(key, document).record, record);
        }
      }
    });

    test("and its messages, which come again, are answered with 200, and nothing is ingested twice", async (t) => {
      for (const [name, one] of written) {
        const left = await leftBehind(t, build, one, name);
        const { world, provider, ledgerPath, store } = left;
        const { deliver } = deployment(provider, ledgerPath, world, store);
        const granules = granulesIn(ledgerPath, build);
        for (const { topic, data } of one.messages) {
          if (topic !== "extended" && datasetIn(data) === "tiny") await deliver(topic, data);
        }
        await deliver("plan", forced.data, forced);
        assert.deepEqual(granulesIn(ledgerPath, build), granules);
        await assertContent(world, content);
        if (build.schema === 1) continue;
        const ofData = (all: Record<string, string>) =>
          Object.entries(all).filter(([key]) => isObjectOfData(key));
        assert.deepEqual(ofData(await generationsBesideStatus(world)), ofData(left.generations));
      }
    });

    test("and its messages, which come to this build first, are worked on as they were by it", async () => {
      for (const [name, { messages }] of written) await playScenario(serverKinds[name], messages);
    });
  });
}

interface StoredRecord {
  readonly schema?: number;
  readonly steps: Readonly<Record<string, { readonly granule: Readonly<Record<string, unknown>> | null }>>;
}

/** By chunk. */
function recordsIn(ledgerPath: string): ReadonlyMap<number, StoredRecord> {
  const database = new DatabaseSync(ledgerPath, { readOnly: true });
  const rows = database.prepare("SELECT chunk, record FROM records WHERE chunk >= 0 ORDER BY chunk").all();
  database.close();
  return new Map(rows.map(({ chunk, record }) => [Number(chunk), JSON.parse(String(record))]));
}

/** What was ingested, in order. A message of the first schema does not tell what its plan knew: it brings the same file once more. */
function granulesIn(ledgerPath: string, { schema }: FrozenBuild): readonly unknown[] {
  const records = [...recordsIn(ledgerPath).values()];
  const granules = records.flatMap(({ steps }) => Object.values(steps).map(({ granule }) => granule));
  if (schema > 1) return granules;
  return granules.map((granule) => granule && { ...granule, ingestedAt: 0, ingestion: 0 });
}

describe("what this build sends and stores", () => {
  const known = builds.filter(({ schema }) => schema === schemaKnown);
  const newest = known.at(-1);

  test("is frozen, of its schema, for later ones", () => {
    assert.ok(
      newest,
      `no build of schema ${schemaKnown} is frozen: node test/promises/upgrade/freeze.ts VERSION`,
    );
  });

  for (const [name, one] of newest?.written ?? []) {
    test(`of ${name} is byte for byte what ${newest?.version} sent and stored, which may work beside it`, async () => {
      const [before, now] = [formsOf(one), formsOf(await playScenario(serverKinds[name]))];
      for (const what of new Set([...Object.keys(before), ...Object.keys(now)]))
        assert.ok(now[what] === before[what], whatToDo(what, before[what], now[what], newest?.version));
    });
  }
});

/**
 * Everything that another build reads, by what it is. Without what is counted anew in each ledger; what a library compressed is other
 * bytes in other versions of Node, and `content` is held against its values.
 */
function formsOf({ messages, sqlite, firestore, objects }: Written): Readonly<Record<string, string>> {
  const rows = sqlite.rows.map(({ version: _, ...row }) => row);
  const texts = Object.entries(objects).flatMap(([key, object]) =>
    "text" in object ? [[key, object.text]] : [[key, "bytes"]],
  );
  return {
    ...Object.fromEntries(messages.map(({ topic, data }, i) => [`message ${i} of ${topic}`, data])),
    ...Object.fromEntries(rows.map((row) => [`the ledger's chunk ${row.chunk}`, JSON.stringify(row)])),
    ...Object.fromEntries(firestore.map((one) => [`Firestore's chunk ${one.chunk}`, JSON.stringify(one)])),
    "the ledger's file": JSON.stringify([sqlite.userVersion, sqlite.schema]),
    ...Object.fromEntries(texts),
  };
}

function whatToDo(what: string, before = "nothing", now = "nothing", version = ""): string {
  const at = Array.from(before).findIndex((letter, place) => letter !== now[place]);
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 60);
  return `${what} is not as ${version} wrote it, which may work beside this build, on the same store and ledger:
  it was ${around(before)}
  it is  ${around(now)}
If ${version} would misread it or call it damaged, raise schemaKnown in shared/schema.ts, so that it is refused there by name; if
it goes on with it (try it), it may stay. In both cases say so in CHANGELOG.md, and freeze what this build writes, as the next
version: node test/promises/upgrade/freeze.ts VERSION. What is frozen already stays: it is what people have.`;
}
