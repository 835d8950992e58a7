/**
 * Promise 6 where a store and a ledger are copied, restored, exchanged and mixed: what the tool says is valid through T is
 * valid through T. Two that belong together go on; else each stage stops, names both sides, and writes nothing, until a
 * repair makes a pair of them, in which nothing that readers see goes, and nothing is shown that is not there.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readDatasetStatus, readOverview } from "../../functions/runtime/datasetStatus.ts";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { isFault } from "../../shared/doctor/evidence/differences.ts";
import { examine } from "../../shared/doctor/examine.ts";
import { repair } from "../../shared/doctor/repair.ts";
import { createMemoryLedger } from "../../shared/ledger/memory.ts";
import { commit } from "../../shared/pipeline/commit/commit.ts";
import { extend } from "../../shared/pipeline/extend/extend.ts";
import { plan } from "../../shared/pipeline/plan/plan.ts";
import { forgetInLedger, forgetInStore, identitiesOf } from "../support/halves.ts";
import {
  type MemoryWiring,
  type MemoryWiringOptions,
  memoryLimits,
  memoryWiring,
  type Surroundings,
} from "../support/memoryWiring.ts";
import { readStore } from "../support/readStore.ts";
import { tinyTime } from "../support/tinyDataset.ts";
import {
  assertContent,
  type Expected,
  expectedLines,
  linesOf,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../support/tinyWorld.ts";

const usual = { force: false };

/** A dataset of eight timesteps, and the same grown to fourteen, both with the archive of the second. */
async function grownTwice(): Promise<{ early: TinyWorld; late: TinyWorld }> {
  const late = tinyWorld({ batchesMax: 1 });
  late.publishAll(0, 7);
  late.at(8);
  await late.run();
  const early = await late.copy();
  late.publishAll(8, 13);
  late.at(14);
  await late.run();
  await assertContent(late, present(14));
  early.clock.now = late.clock.now;
  early.at(14);
  return { early, late };
}

type Breaks = (world: TinyWorld) => void;
const lacks: Breaks = (world) => world.remove(2);

/** Eight timesteps, of which `breaks` leaves one without values, and a copy of that moment: neither has healed. */
async function unhealed(breaks: Breaks = lacks): Promise<{ early: TinyWorld; late: TinyWorld }> {
  const late = tinyWorld({ batchesMax: 1 });
  late.publishAll(0, 7);
  breaks(late);
  late.at(12);
  await late.run();
  return { early: await late.copy(), late };
}

/** The store of one and the ledger of another, with the clocks of the first. */
const mixed = (store: TinyWorld, ledger: Pick<Surroundings, "ledger">): Surroundings => ({
  ...store,
  ledger: ledger.ledger,
});

const run = (pair: Surroundings, options?: MemoryWiringOptions) =>
  runUntilCurrent(memoryWiring(pair, options), usual, neverAborted);
const readable = ({ store }: Surroundings) => ({
  async read() {
    const found = await readStore(store, "tiny");
    assert.ok(found);
    return found;
  },
});

const effect = /put|write|delete|publish/;

const refusedWith = (message: RegExp) => (error: Error & { tag?: string }) => {
  assert.equal(error.tag, "pair", error.stack);
  assert.match(error.message, message);
  assert.match(error.message, /nothing was written.*accrete doctor tiny --repair/);
  return true;
};

/** Each stage that begins a work stops with that message, before its first write. */
async function assertBeginsNothing(pair: Surroundings, message: RegExp): Promise<void> {
  const quiet: MemoryWiringOptions = {
    around: async ({ port, operation, key }, perform) => {
      if (port !== "queue") assert.ok(!effect.test(operation), `${port} ${operation} ${key}`);
      return perform();
    },
  };
  const paced = { ...quiet, limits: { ...memoryLimits, batchesInFlightMax: 2 } };
  const batch = { dataset: "tiny", chunk: 3, plannedAt: 0, steps: [] };
  const stages: Record<string, () => Promise<unknown>> = {
    plan: () => plan(memoryWiring(pair, quiet), usual, neverAborted),
    "paced plan": () => plan(memoryWiring(pair, paced), usual, neverAborted),
    extend: () => extend(memoryWiring(pair, quiet), batch, neverAborted),
    run: () => run(pair, quiet),
  };
  for (const [name, stage] of Object.entries(stages)) await assert.rejects(stage, refusedWith(message), name);
}

/** The same, and a commit, which writes no more than its lease. */
async function assertStops(pair: Surroundings, message: RegExp): Promise<void> {
  await assertBeginsNothing(pair, message);
  const leaseOnly: MemoryWiringOptions = {
    around: async ({ port, operation, key }, perform) => {
      assert.ok(!effect.test(operation) || (port === "ledger" && key === "dataset"), `${operation} ${key}`);
      return perform();
    },
  };
  await assert.rejects(commit(memoryWiring(pair, leaseOnly), neverAborted), refusedWith(message), "commit");
}

/** Examines and repairs; after each write, readers see no less than before, and nothing that is not there. */
async function repairHonestly(
  pair: Surroundings,
  steps: readonly Expected[],
  first = 0,
): Promise<MemoryWiring> {
  let seen = (await readable(pair).read()).length;
  const allowed = expectedLines(steps, first);
  const gaps = (["missing", "corrupt", "pending"] as const).map((gap) =>
    expectedLines(
      steps.map(() => gap),
      first,
    ),
  );
  const wiring = memoryWiring(pair, {
    around: async (call, perform) => {
      const result = await perform();
      if (call.port !== "store" || call.operation !== "put") return result;
      const found = await readable(pair).read();
      assert.ok(found.length >= seen, `${call.key}: readers see ${found.length} after ${seen}`);
      seen = found.length;
      for (const [index, line] of linesOf(found).entries())
        assert.ok(
          line === allowed[index] || gaps.some((lines) => lines[index] === line),
          `${call.key}: timestep ${index} is ${line}`,
        );
      return result;
    },
  });
  const found = await examine(wiring, {}, neverAborted);
  await repair(wiring, found, { adopt: false }, neverAborted);
  const again = await examine(memoryWiring(pair), {}, neverAborted);
  const faults = again.differences.filter(isFault);
  assert.deepEqual(faults, [], JSON.stringify(found.differences, null, 1));
  return wiring;
}

/** The pair is one, and ingests what is new. */
async function assertGoesOn(pair: Surroundings, steps: readonly Expected[], first = 0): Promise<void> {
  await run(pair);
  await assertContent(readable(pair), steps, first);
  const [inStore, inLedger] = await identitiesOf(pair);
  assert.ok(inStore !== undefined && inStore === inLedger, `${inStore}, ${inLedger}`);
  assert.equal((await readDatasetStatus(memoryWiring(pair), neverAborted))?.length, steps.length);
  assert.equal((await examine(memoryWiring(pair), {}, neverAborted)).differences.filter(isFault).length, 0);
}

test("store and ledger have one identity from the first commit on, which both keep", async () => {
  const { early, late } = await grownTwice();
  const [inStore, inLedger] = await identitiesOf(late);
  assert.match(inStore ?? "", /^\d+$/);
  assert.equal(inLedger, inStore);
  assert.deepEqual(await identitiesOf(early), [inStore, inStore]);
});

test("a copy of both is a pair of its own", async () => {
  const { late } = await grownTwice();
  const copy = await late.copy();
  copy.publish(14);
  copy.at(15);
  await copy.run();
  await assertContent(copy, present(15));
});

describe("a store that was restored beside its ledger", () => {
  test("stops, and is extended again once it is reconciled", async () => {
    const { early, late } = await grownTwice();
    const pair = mixed(early, late);
    const message = /the store is at commit \d+ with 8 timesteps, the ledger knows commit \d+ with 14/;
    await assertStops(pair, message);
    for (const read of [readDatasetStatus, readOverview])
      await assert.rejects(read(memoryWiring(pair), neverAborted), { tag: "pair", message });
    const found = await examine(memoryWiring(pair), {}, neverAborted);
    assert.deepEqual(
      found.differences.map(({ kind }) => kind),
      ["pairUnlike"],
    );
    assert.match(
      found.differences[0]?.detail ?? "",
      /the store is at commit \d+, the ledger knows commit \d+ with 14/,
    );
    await repairHonestly(pair, present(14));
    await assertGoesOn(pair, present(14));
  });

  test("shows no values of what the provider has no more", async () => {
    const { early, late } = await grownTwice();
    const pair = mixed(early, late);
    for (const index of [9, 10]) early.remove(index);
    const steps = present(14).with(9, "missing").with(10, "missing");
    await repairHonestly(pair, present(14));
    early.at(30);
    await assertGoesOn(pair, steps);
  });

  test("may be killed while it is reconciled, anywhere: it is no pair until it is one", async () => {
    const { early, late } = await grownTwice();
    for (let survived = 0; ; survived += 3) {
      const pair = mixed(await early.copy(), await late.copy());
      let writes = 0;
      const wiring = memoryWiring(pair, {
        around: async (call, perform) => {
          if (call.port !== "queue" && effect.test(call.operation) && writes++ >= survived)
            throw new Error("killed");
          return perform();
        },
      });
      const found = await examine(wiring, {}, neverAborted);
      const isKilled = await repair(wiring, found, { adopt: false }, neverAborted).then(
        () => false,
        (error: Error) => error.message === "killed" || Promise.reject(error),
      );
      pair.clock.now += memoryLimits.chunkLeaseMs;
      await repairHonestly(pair, present(14));
      await run(pair);
      await assertContent(readable(pair), present(14)).catch((error: Error) => {
        error.message = `killed before write ${survived}: ${error.message}`;
        throw error;
      });
      if (!isKilled) return assert.ok(survived > 20, `${survived} writes`);
    }
  });
});

test("a ledger that was restored beside its store stops, and is rebuilt from the provenance", async () => {
  const { early, late } = await grownTwice();
  const pair = mixed(late, early);
  const message =
    /readers see 2020-01-01T14:00:00Z, and no record of the ledger accounts for it \(it knows commit \d+ with 8 timesteps, the store is at commit \d+ with 14\)/;
  await assertStops(pair, message);
  await assert.rejects(readDatasetStatus(memoryWiring(pair), neverAborted), { tag: "pair", message });
  await repairHonestly(pair, present(14));
  await assertGoesOn(pair, present(14));
});

test("a ledger restored to before a gap was healed takes back nothing that readers see", async () => {
  const { early, late } = await unhealed();
  late.publish(2);
  late.publishAll(8, 13);
  late.at(20);
  await late.run();
  await assertContent(late, present(14));
  const pair = mixed(late, early);
  await assertStops(pair, /no record of the ledger accounts for it/);
  await repairHonestly(pair, present(14));
  assert.equal((await readable(pair).read()).statuses[2], "present");
  await assertGoesOn(pair, present(14));
});

test("a ledger restored to before a gap was healed stops too where the dataset has not grown since", async () => {
  const isBroken: Breaks = (world) => world.publish(2, { bytes: new Uint8Array(5) });
  for (const [what, breaks] of [
    ["missing", lacks],
    ["corrupt", isBroken],
  ] as const) {
    const { early, late } = await unhealed(breaks);
    assert.equal((await late.read()).statuses[2], what);
    late.publish(2, { revision: 1 });
    late.at(20);
    await late.run();
    const healed = present(8).with(2, 1);
    await assertContent(late, healed);
    // The provider has it no more, or broken: what readers see is all there is.
    breaks(late);
    const pair = mixed(late, early);
    await assertStops(pair, /no record of the ledger accounts for it/);
    const found = await examine(memoryWiring(pair), {}, neverAborted);
    await repair(memoryWiring(pair), found, { adopt: false }, neverAborted);
    await assertContent(readable(pair), healed);
    late.publish(2, { revision: 1 });
    await repairHonestly(pair, healed);
    await assertGoesOn(pair, healed);
  }
});

test("a store restored to before a gap was healed stops too where it is as long", async () => {
  const { early, late } = await unhealed();
  late.publish(2);
  late.at(20);
  await late.run();
  early.clock.now = late.clock.now;
  early.at(20);
  const pair = mixed(early, late);
  await assertStops(pair, /the ledger knows commit \d+ with 8/);
  await repairHonestly(pair, present(8));
  await assertGoesOn(pair, present(8));
});

test("two copies that went different ways are no pair, whichever has more commits", async () => {
  const one = tinyWorld({ batchesMax: 1 });
  one.publishAll(0, 7);
  one.at(8);
  await one.run();
  const other = await one.copy();
  one.publishAll(8, 13);
  for (const world of [one, other]) world.at(30);
  await other.run();
  one.remove(9);
  await one.run(); // a gap of its own
  await one.run();
  one.publish(9);
  const pair = mixed(one, other);
  await assertStops(pair, /no record of the ledger accounts for it|the ledger knows commit/);
  await repairHonestly(pair, present(14));
  await assertGoesOn(pair, present(14));
});

test("of two datasets of one id that begin two days apart, neither goes with the other's ledger", async () => {
  const { late } = await grownTwice();
  const other = tinyWorld({ batchesMax: 1 });
  other.publishAll(48, 61);
  other.at(62);
  await other.run({}, other.wiring({ start: tinyTime(48) }));
  await assertContent(other, present(14), 48);
  for (const [store, ledger, first] of [
    [late, await other.copy(), 0],
    [other, await late.copy(), 48],
  ] as const) {
    const pair = mixed(store, ledger);
    await assertStops(pair, /the store is that of \d+, the ledger that of \d+/);
    await assert.rejects(readOverview(memoryWiring(pair), neverAborted), { tag: "pair" });
    await repairHonestly(pair, present(14), first);
    await assertGoesOn(pair, present(14), first);
  }
});

test("a new ledger beside a store stops, and is rebuilt; who only looks is shown the store", async () => {
  const { late } = await grownTwice();
  const pair = { ...late, ledger: createMemoryLedger() };
  assert.equal((await readDatasetStatus(memoryWiring(pair), neverAborted))?.length, 14);
  await assertStops(pair, /readers see 2020-01-01T06:00:00Z, and no record of the ledger accounts for it/);
  await repairHonestly(pair, present(14));
  await assertGoesOn(pair, present(14));
});

test("a new store beside a ledger is not begun", async () => {
  const { late } = await grownTwice();
  const empty = tinyWorld();
  const pair = mixed(empty, late);
  await assertBeginsNothing(pair, /the ledger knows 14 timesteps, the store has no such dataset/);
  assert.deepEqual(await empty.generations(), {});
});

describe("a pair that was made before there were identities", () => {
  async function older(world: TinyWorld): Promise<TinyWorld> {
    const copy = await world.copy();
    await forgetInStore(copy);
    await forgetInLedger(copy);
    assert.deepEqual(await identitiesOf(copy), [undefined, undefined]);
    return copy;
  }

  test("adopts one with the next commit, also where nothing is new, and keeps it", async () => {
    const { late } = await grownTwice();
    const copy = await older(late);
    await copy.run();
    const [inStore, inLedger] = await identitiesOf(copy);
    assert.ok(inStore !== undefined && inStore === inLedger);
    copy.publish(14);
    copy.at(15);
    await copy.run();
    await assertContent(copy, present(15));
    assert.deepEqual(await identitiesOf(copy), [inStore, inStore]);
  });

  for (const [side, forget] of [
    ["store", forgetInStore],
    ["ledger", forgetInLedger],
  ] as const) {
    test(`is completed where the ${side} alone has none, if all that is visible is accounted for`, async () => {
      const { late } = await grownTwice();
      const before = (await identitiesOf(late))[0];
      const copy = await late.copy();
      await forget(copy);
      await copy.run();
      await assertContent(copy, present(14));
      assert.deepEqual(await identitiesOf(copy), [before, before]);
    });
  }

  test("stops where either is of another time, and is reconciled", async () => {
    const { early, late } = await grownTwice();
    const restored = mixed(await older(early), await older(late));
    await assertStops(restored, /with 8 timesteps, the ledger knows commit \d+ with 14/);
    await repairHonestly(restored, present(14));
    await assertGoesOn(restored, present(14));
    const behind = mixed(await older(late), await older(early));
    await assertStops(behind, /no record of the ledger accounts for it/);
    await repairHonestly(behind, present(14));
    await assertGoesOn(behind, present(14));
  });
});
