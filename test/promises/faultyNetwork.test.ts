/**
 * Promises 1 to 4 and 6 on a network where a fifth of all calls fails: those to the FTP server, to Cloud Storage and to the
 * ledger, in every kind that ends by itself. Runs that follow each other as a scheduler starts them bring 200 timesteps to
 * the content of a faultless run, in a bounded number of runs and of tries, and no reader meets a wrong value on the way.
 *
 * `ACCRETE_SEED=7` plays another seed; which call comes first is up to the sockets, so a seed is repeated nearly, not exactly.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../shared/store/store.ts";
import { createBucketWatch } from "../support/bucketWorld.ts";
import { type FaultyWorld, startFaultyWorld } from "../support/faultyWorld.ts";
import { readStore } from "../support/readStore.ts";
import { onlyInAll } from "../support/sample.ts";
import { seeded } from "../support/seeded.ts";
import { hourMs, shownAt, tinyTime } from "../support/tinyDataset.ts";
import { assertContent, neverAborted, present } from "../support/tinyWorld.ts";

const steps = 200;
const chunkLength = 20;
const share = 0.2;
/**
 * A run ends at the first call to the ledger that fails, as the port never tries again: of the dozen or more that a plan, a batch
 * and a commit need in a row, all come through once in many runs. More than four times what was ever seen.
 */
const runsMax = 2000;
/** Late enough for the next try of whatever failed. */
const quietHours = 7;
/** On average. What is tried again until it comes through takes 1 / (1 - share) = 1.25 tries; the rest is looking back. */
const triesPerCallMax = 2;
/** A batch whose record got lost is fetched once more. */
const fetchesPerStepMax = 10;
const looksAtRandom = 0.02;

const [first, ...others] = process.env.ACCRETE_SEED ? [Number(process.env.ACCRETE_SEED)] : [1, 2, 3];
const seeds = [{ seed: first, skip: false as const }, ...others.map((seed) => ({ seed, skip: onlyInAll }))];

interface Seen {
  readonly length: number;
  readonly gaps: number;
}

/** What a reader finds who opens the dataset as it stood at an instant. */
async function look(existing: Store, before: Seen): Promise<Seen> {
  const found = await readStore(existing);
  if (!found) return before;
  const { length, statuses } = found;
  assert.ok(length >= before.length, `the length shrank from ${before.length} to ${length}`);
  const gaps = statuses.filter((status) => status !== "present").length;
  // What was only just healed is told by its status first.
  assert.ok(Number(found.attributes.granule_gap_count) >= gaps, `${gaps} gaps`);
  for (const [index, status] of found.statuses.entries()) {
    for (const name of ["rain", "wind"] as const) {
      const values = found.arrays[name]?.[index];
      const shown = shownAt(index, name, values, [0]);
      // What is just being healed has its values before its status, one array after the other.
      const isRight = shown === 0 || (shown === "fill" && status !== "present");
      assert.ok(isRight, `${name} of timestep ${index}, ${status}: ${JSON.stringify(values)}`);
    }
  }
  return { length, gaps };
}

/** Runs once an hour until a run ends well and nothing is missing any more. Returns the runs. */
async function runUntilWhole(found: FaultyWorld, random: () => number): Promise<number> {
  const { world, storage, run, snapshot } = found;
  const { see } = createBucketWatch(storage, {
    chunkLength,
    steps,
    revisionsMax: 0,
    wasPublished: (_, revision) => revision === 0,
  });
  let seen: Seen = { length: 0, gaps: 0 };
  for (let runs = 1; runs <= runsMax; runs++) {
    const instants: Store[] = [];
    const ended = await run((key) => {
      see(key);
      if (random() < looksAtRandom) instants.push(snapshot());
    });
    for (const existing of [...instants, snapshot()]) seen = await look(existing, seen);
    if (seen.length === steps && seen.gaps === 0 && !(ended instanceof Error)) return runs;
    world.at((world.clock.asOf - tinyTime(0)) / hourMs + 1);
  }
  assert.fail(`not whole after ${runsMax} runs: ${JSON.stringify(seen)}`);
}

/** The first run after the network was repaired leaves nothing to do. */
async function assertAtRest({ world, calm, run, snapshot, storage }: FaultyWorld): Promise<void> {
  calm();
  world.at((world.clock.asOf - tinyTime(0)) / hourMs + quietHours);
  assert.ok(!((await run(() => undefined)) instanceof Error));
  const read = async () => {
    const found = await readStore(snapshot());
    assert.ok(found);
    return found;
  };
  await assertContent({ read }, present(steps));
  const status = await snapshot().read("tiny.accrete/status.json", neverAborted);
  const { failing, length, gap_count } = JSON.parse(Buffer.from(status?.bytes ?? []).toString());
  assert.deepEqual({ failing, length, gap_count }, { failing: [], length: steps, gap_count: 0 });
  const inserts = storage.count("insert");
  const again = await run(() => undefined);
  assert.ok("taken" in again && again.taken === 0);
  assert.equal(storage.count("insert"), inserts, "nothing is left to write");
}

for (const { seed, skip } of seeds) {
  test(`${steps} timesteps come whole where a fifth of all calls fails (ACCRETE_SEED=${seed})`, {
    skip,
  }, async (t) => {
    const found = await startFaultyWorld(t, { seed, steps, chunkLength, share });
    const { world, ftp, storage, asked } = found;
    world.at(steps + 1);
    const runs = await runUntilWhole(found, seeded(seed));
    const [retrieved, calls] = [ftp.count("RETR"), storage.count()];
    t.diagnostic(
      `${runs} runs; ${asked.fetches} fetches, ${retrieved} RETR, ${calls} calls to the bucket for ${asked.storeCalls}, ` +
        `${asked.ledger.failures} of ${asked.ledger.calls} calls to the ledger failed; ${JSON.stringify(Object.fromEntries(ftp.chances))}`,
    );
    assert.ok(retrieved <= triesPerCallMax * asked.fetches);
    assert.ok(calls <= triesPerCallMax * asked.storeCalls);
    assert.ok(asked.fetches <= fetchesPerStepMax * steps);
    await assertAtRest(found);
  });
}
