/**
 * A store and a ledger that the build before wrote, which knew granules by the date that a listing had for them, are gone on with
 * as they are: a plan finds nothing pending and puts nothing, whatever the server tells of its files.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { createSqliteLedger } from "../../shared/ledger/sqlite.ts";
import { createFtpSource } from "../../shared/source/ftp/ftpSource.ts";
import { type FtpServerOptions, startFtpServer } from "../support/ftpServer.ts";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";
import { hourMs, instantText, tinyGranule, tinyPath, tinyTime } from "../support/tinyDataset.ts";
import { assertContent, generationsBesideStatus, tinyWorld } from "../support/tinyWorld.ts";

const steps = 7;
const chunkLength = 4;
const broken = 5;
const noGranule = new Uint8Array([1, 2, 3]);
const bytesOf = (index: number) => (index === broken ? noGranule : tinyGranule({ index }));
/** At a whole second, as servers tell it. */
const changedAt = (index: number) => tinyTime(index) + hourMs;

interface Server extends FtpServerOptions {
  readonly replies?: Readonly<Record<string, string>>;
  readonly areLinks?: boolean;
  /** What the build before recorded of a file. */
  readonly dateOf: (index: number) => { readonly listedDate: string; readonly modifiedAt: number | null };
}

/** As `ls -l` has it: `Jan  1 07:00`. */
const worded = (index: number) =>
  `Jan  ${instantText(changedAt(index)).slice(9, 10)} ${instantText(changedAt(index)).slice(11, 16)}`;
const exact = (index: number) => ({
  listedDate: new Date(changedAt(index)).toISOString(),
  modifiedAt: changedAt(index),
});
const servers: Readonly<Record<string, Server>> = {
  "exact dates": { dateOf: exact },
  "dates in words, and exact ones when it is asked": {
    mlsd: false,
    dateOf: (index) => ({ listedDate: worded(index), modifiedAt: changedAt(index) }),
  },
  "dates in words alone": {
    mlsd: false,
    replies: { MDTM: "502 Not here.", SIZE: "502 Not here." },
    dateOf: (index) => ({ listedDate: worded(index), modifiedAt: null }),
  },
  "links to files": {
    mlsd: false,
    areLinks: true,
    dateOf: (index) => ({ listedDate: worded(index), modifiedAt: changedAt(index) }),
  },
  "exact dates, where it once told them in words": {
    dateOf: (index) => ({ listedDate: worded(index), modifiedAt: changedAt(index) }),
  },
};

for (const [name, server] of Object.entries(servers)) {
  test(`what the build before recorded is nothing new, from a server of ${name}`, async (t) => {
    const { world, provider, run, recordsPath, publish } = await started(t, server);
    for (let index = 0; index < steps; index++) publish(index);
    world.at(steps);
    await run();
    const content = [0, 0, 0, 0, 0, "corrupt", 0] as const;
    await assertContent(world, content);
    writeAsBefore(recordsPath, server);
    const generations = await generationsBesideStatus(world);
    const fetches = provider.count("RETR");

    const events = await run();
    const planned = events.filter(({ event }) => event === "planned");
    const found = planned.map(
      (said) => said.event === "planned" && [said.matched, said.batches, said.timesteps, said.settled],
    );
    assert.deepEqual(found, [[steps, 0, 0, 0]]);
    assert.deepEqual(await generationsBesideStatus(world), generations);
    assert.equal(provider.count("RETR"), fetches);

    publish(2, tinyGranule({ index: 2, revision: 1 }), changedAt(2) + hourMs);
    await run();
    await assertContent(
      world,
      content.map((step, index) => (index === 2 ? 1 : step)),
    );
  });
}

test("what this build records has the form that the build before reads", async (t) => {
  const server = servers["exact dates"] as Server;
  const { world, run, recordsPath, publish } = await started(t, server);
  for (let index = 0; index < steps; index++) publish(index);
  world.at(steps);
  await run();
  const written = rowsOf(recordsPath);
  writeAsBefore(recordsPath, server);
  assert.deepEqual(written, rowsOf(recordsPath));
});

async function started(t: TestContext, { dateOf: _, replies = {}, areLinks = false, ...options }: Server) {
  const world = tinyWorld({ chunkLength, publish: "latest" });
  const provider = await startFtpServer({ ...options, now: () => world.clock.asOf });
  for (const [command, reply] of Object.entries(replies)) provider.faults.replies.set(command, reply);
  t.after(() => provider.close());
  const recordsPath = join(await temporaryDirectory(t), "ledger.sqlite");
  return {
    world,
    provider,
    recordsPath,
    publish(index: number, bytes = bytesOf(index), at = changedAt(index)) {
      provider.put(areLinks ? `store/${index}` : tinyPath(index), bytes, at);
      if (areLinks) provider.link(tinyPath(index), `/store/${index}`, changedAt(index));
    },
    /** By a process of its own. */
    async run() {
      const ledger = createSqliteLedger(recordsPath);
      const source = createFtpSource({ url: provider.url, connectionsMax: 2, random: () => 0.5 });
      const wiring = world.wiring();
      try {
        await world.run({}, { ...wiring, ledger: checkedLedger(world.dataset, ledger), source });
        return wiring.events;
      } finally {
        await source.close();
        ledger.close();
      }
    },
  };
}

type Granule = Readonly<Record<"crc32c" | "ingestedAt" | "revision" | "ingestion", unknown>>;
interface Row {
  readonly chunk: number;
  readonly record: { readonly steps: Readonly<Record<string, Step>> };
}
interface Step {
  readonly status: string;
  readonly granule: Granule | null;
  readonly failed: Readonly<Record<"fault" | "reason" | "attempts" | "nextTryAt" | "since", unknown>> | null;
}

function rowsOf(path: string): Row[] {
  const database = new DatabaseSync(path);
  const rows = database.prepare("SELECT chunk, record FROM records WHERE chunk >= 0 ORDER BY chunk").all();
  database.close();
  return rows.map(({ chunk, record }) => ({ chunk: Number(chunk), record: JSON.parse(String(record)) }));
}

/** Puts records in the place of those that are there, as the build before wrote them: the granules by its own formula. */
function writeAsBefore(path: string, { dateOf }: Server): void {
  const rows = rowsOf(path);
  const database = new DatabaseSync(path);
  const write = database.prepare("UPDATE records SET record = ? WHERE chunk = ?");
  for (const { chunk, record } of rows) {
    const steps = Object.entries(record.steps).map(([offset, { status, granule, failed }]) => {
      const index = chunk * chunkLength + Number(offset);
      const identity = { path: tinyPath(index), sizeBytes: bytesOf(index).length, ...dateOf(index) };
      return [
        offset,
        {
          status,
          granule: granule && before(granule, identity),
          failed: failed && tryBefore(failed, identity),
        },
      ];
    });
    write.run(JSON.stringify({ ...record, steps: Object.fromEntries(steps) }), chunk);
  }
  database.close();
}

function before({ crc32c, ingestedAt, revision, ingestion }: Granule, identity: object): object {
  return { ...identity, crc32c, ingestedAt, revision, ingestion };
}

function tryBefore(failed: NonNullable<Step["failed"]>, granule: object): object {
  const { fault, reason, attempts, nextTryAt, since } = failed;
  return { fault, reason, granule, attempts, nextTryAt, since };
}
