/** A short life of the tiny dataset on disk, as runs of processes, and what must hold whatever becomes of them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, mkdir, readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { createSqliteLedger } from "../../../shared/ledger/sqlite.ts";
import { createFilesystemStore } from "../../../shared/store/filesystem/filesystemStore.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { type Running, runScript } from "../../functions/cli/command.ts";
import { localWiringOn } from "../../support/directoryWiring.ts";
import { aroundDisk } from "../../support/diskCalls.ts";
import { type FtpServer, startFtpServer } from "../../support/ftpServer.ts";
import { assertNotTorn } from "../../support/notTorn.ts";
import { type ReadDataset, readStore } from "../../support/readStore.ts";
import { hourMs, instantText, tinyGranule, tinyPath, tinyTime } from "../../support/tinyDataset.ts";
import { assertContent, type Expected, neverAborted, present } from "../../support/tinyWorld.ts";
import type { Call } from "./calls.ts";
import type { Death, KilledRun } from "./run.ts";

/** One run, from one state to the next. */
export interface Stage {
  readonly name: string;
  readonly provider: FtpServer;
  /** How late it is: so many hours after the first timestep. */
  readonly hours: number;
  /** What readers see before, and when all is done. */
  readonly before: readonly Expected[];
  readonly after: readonly Expected[];
  /** Of the store before, and after a run that nobody killed; what calls that made. */
  readonly from: string;
  readonly to: string;
  readonly calls: readonly Call[];
}

/** Longer than any run lasts. */
const leaseSeconds = 60;
const script = join(import.meta.dirname, "run.ts");

/** Starts the providers, and has a process run each stage in its turn, with its store in `folder`. */
export async function runStages(folder: string): Promise<Stage[]> {
  const early = { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0 };
  // Timestep 6 never comes, and is given up once its patience is over.
  const later = { ...early, 1: 1, 5: 0, 7: 0, 8: 0, 9: 0 };
  const created = {
    name: "creates the dataset, with a full chunk and a partial tail",
    provider: await startProvider(early, true),
    hours: 6,
    before: [],
    after: present(5),
    from: join(folder, "empty"),
    to: join(folder, "created"),
  };
  const grown = {
    name: "ingests a revision, fills a chunk, resolves a gap and begins a chunk",
    provider: await startProvider(later, false),
    hours: 20,
    before: created.after,
    after: [0, 1, 0, 0, 0, 0, "missing", 0, 0, 0] as const,
    from: created.to,
    to: join(folder, "grown"),
  };
  await aroundDisk((_, { perform }) => perform());
  await mkdir(created.from);
  try {
    return [await counted(created), await counted(grown)];
  } catch (error) {
    await Promise.all([created.provider.close(), grown.provider.close()]);
    throw error;
  }
}

async function counted(stage: Omit<Stage, "calls">): Promise<Stage> {
  await cp(stage.from, stage.to, { recursive: true });
  const { exitCode, stdout, stderr } = await startRun(stage, stage.to, { isCounted: true }).finished;
  assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
  await assertContent({ read: () => read(stage.to) }, stage.after);
  return { ...stage, calls: JSON.parse(stdout) as Call[] };
}

/** A provider that has these revisions of granules. Without MLSD it has to be asked for exact dates. */
async function startProvider(revisions: Record<number, number>, mlsd: boolean): Promise<FtpServer> {
  const files = Object.entries(revisions).map(([text, revision]) => {
    const index = Number(text);
    const modifiedAt = tinyTime(index) + hourMs + revision * 60_000;
    return [tinyPath(index), { bytes: tinyGranule({ index, revision }), modifiedAt }] as const;
  });
  return startFtpServer({ files: Object.fromEntries(files), mlsd, now: () => tinyTime(20) });
}

/** A process at work on a stage, in a directory. */
export function startRun(
  stage: Pick<Stage, "provider" | "hours">,
  directory: string,
  given: Partial<KilledRun> = {},
): Running {
  const run = JSON.stringify({ ...placeOf(stage, directory), ...given });
  return runScript(script, directory, [run], {}, "pipe");
}

function placeOf({ provider, hours }: Pick<Stage, "provider" | "hours">, directory: string) {
  return { directory, url: provider.url, asOf: instantText(tinyTime(hours)), leaseSeconds };
}

/**
 * Kills a process there, and asserts that readers see nothing wrong, and that the next run makes everything right. Resolves to the
 * number of files that the process had not finished.
 */
export async function dieOnce(stage: Stage, directory: string, death: Death): Promise<number> {
  await killAt(stage, directory, death);
  assertNotTorn(await readStore(storeIn(directory)), stage.before, stage.after);
  const unfinished = await filesIn(join(directory, ".accrete/unfinished"));
  await runLater(stage, directory);
  await assertAtRest(stage, directory);
  await assertNothingUnfinished(directory);
  return unfinished.length;
}

/**
 * How many calls of a kind a run makes depends on how its workers fall together: one commit may tell what else two do. A run that
 * ends before that one is followed by another, from the same state, that is killed at the one before.
 */
async function killAt(stage: Stage, directory: string, { number: last, ...moment }: Death): Promise<void> {
  for (let number = last; ; number--) {
    assert.ok(number >= 0, `no run made the call "${moment.kind}"`);
    await cp(stage.from, directory, { recursive: true });
    const { exitCode, stderr } = await startRun(stage, directory, { death: { ...moment, number } }).finished;
    assert.equal(stderr, "");
    if (exitCode === null) return;
    assert.equal(exitCode, 0);
    await rm(directory, { recursive: true });
  }
}

/** One more run changes nothing but when the provider was last looked at. */
export async function assertStill(stage: Stage, directory: string): Promise<void> {
  const allElse = async () =>
    Object.entries(await generations(directory)).filter(([key]) => !key.endsWith("/status.json"));
  const existing = await allElse();
  assert.equal(await runLater(stage, directory), 0);
  assert.deepEqual(await allElse(), existing);
}

/** A run when every lease is over, within this process; resolves to the timesteps that it ingested. */
async function runLater(stage: Stage, directory: string): Promise<number> {
  const wiring = await localWiringOn(placeOf(stage, directory), (_, perform) => perform());
  const later = {
    ...wiring,
    now: () => Date.now() + hourMs,
    wait: () => Promise.reject(new Error("there is nothing to wait for")),
  };
  try {
    return (await runUntilCurrent(later, { force: false }, neverAborted)).taken;
  } finally {
    await wiring.close();
  }
}

/** What is stored is what is stored where nobody was killed, and all of it is told. */
export async function assertAtRest(stage: Stage, directory: string): Promise<void> {
  await assertContent({ read: () => read(directory) }, stage.after);
  assert.deepEqual(await keysOf(directory), await keysOf(stage.to));
  const ledger = createSqliteLedger(join(directory, "accrete.sqlite"));
  try {
    assert.deepEqual(await ledger.uncommitted("tiny", 10, neverAborted), []);
    for (const { record } of await ledger.window("tiny", 0, 100, 100, neverAborted)) {
      assert.equal(record.lease, null, `chunk ${record.chunk} is held`);
    }
  } finally {
    ledger.close();
  }
}

/** Once the files that a dead process had not finished are old enough, the next put removes them. */
async function assertNothingUnfinished(directory: string): Promise<void> {
  const unfinished = join(directory, ".accrete/unfinished");
  const [yesterday, store] = [new Date(Date.now() - 24 * hourMs), storeIn(directory)];
  for (const name of await readdir(unfinished)) await utimes(join(unfinished, name), yesterday, yesterday);
  const headers = { contentType: "text/plain", cacheControl: "no-cache" };
  await store.put("one more", new Uint8Array(1), ABSENT, headers, neverAborted);
  assert.deepEqual(await readdir(unfinished), []);
}

async function filesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

export function storeIn(directory: string) {
  return createFilesystemStore(directory, randomUUID);
}

async function read(directory: string): Promise<ReadDataset> {
  const found = await readStore(storeIn(directory));
  assert.ok(found, "the dataset exists");
  return found;
}

async function keysOf(directory: string): Promise<readonly string[]> {
  return storeIn(directory).list("tiny.", neverAborted);
}

/** Of every object of the dataset, by key. */
async function generations(directory: string): Promise<Record<string, string>> {
  const store = storeIn(directory);
  const found: Record<string, string> = {};
  for (const key of await keysOf(directory)) {
    found[key] = (await store.read(key, neverAborted))?.generation ?? "";
  }
  return found;
}
