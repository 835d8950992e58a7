/**
 * A dataset that is removed: beside a run it is refused, and nothing is lost, or all goes and the run leaves nothing behind,
 * wherever in the run it comes. A removal that is killed, before or after any of its calls, leaves readers the whole or nothing;
 * nobody works on what is left, and the next removal finishes. Then another dataset can begin there.
 */
import "../support/synchronousZlib.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflatePako } from "../../shared/format/decompress/inflatePako.ts";
import { datasetRecordKey } from "../../shared/ledger/ledger.ts";
import { readHoldings } from "../../shared/removal/holdings.ts";
import { remove } from "../../shared/removal/remove.ts";
import { identitiesOf } from "../support/halves.ts";
import { type Around, memoryLimits, type PortCall } from "../support/memoryWiring.ts";
import { readStore } from "../support/readStore.ts";
import { sampled } from "../support/sample.ts";
import {
  assertContent,
  expectedLines,
  linesOf,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../support/tinyWorld.ts";
import { type Death, untilDeath } from "./crash/untilDeath.ts";
import { kindOf } from "./killed/calls.ts";

/** Six timesteps are visible; three more are there. */
async function grown(): Promise<TinyWorld> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 5);
  world.at(6);
  await world.run();
  world.publishAll(6, 8);
  world.at(9);
  return world;
}

const wiringOf = (world: TinyWorld, around?: Around) => ({
  ...world.wiring(around ? { around } : {}),
  inflater: inflatePako,
});
const hasEffect = ({ operation }: PortCall) => /put|write|delete/.test(operation);
const callsMax = 2000;

async function assertNothingLeft(world: TinyWorld, what: string): Promise<void> {
  assert.equal(await readHoldings(wiringOf(world), neverAborted), undefined, what);
}

/** Removes until the process dies; the calls that it made if it does not. */
const removeUntil = (world: TinyWorld, death: Death) =>
  untilDeath(death, (around) => remove(wiringOf(world, around), neverAborted));

test("a removal that is killed anywhere leaves readers the whole or nothing, and the next one finishes", async (t) => {
  const base = await grown();
  const [identity] = await identitiesOf(base);
  const calls = await removeUntil(await base.copy(), { call: callsMax, when: "before" });
  assert.ok(Array.isArray(calls) && calls.length > 40);
  const all = calls.flatMap((made, call): Death[] => [
    { call, when: "before" },
    ...(hasEffect(made) ? [{ call, when: "after" } as const] : []),
  ]);
  const kindOfDeath = ({ call, when }: Death) => `${when} ${kindOf(calls[call] as PortCall)}`;
  for (const death of sampled(t, all, { kindOf: kindOfDeath, what: "deaths of a removal" })) {
    const what = `killed ${kindOfDeath(death)}, call ${death.call}`;
    const world = await base.copy();
    assert.equal(await removeUntil(world, death), "dead", what);
    const read = await readStore(world.store);
    if (read) assert.deepEqual(linesOf(read), expectedLines(present(6)), what);
    const record = (await world.ledger.read(datasetRecordKey("tiny"), neverAborted))?.record;
    if (record?.removal) {
      const before = await world.generations();
      await assert.rejects(world.run(), { tag: "storage", message: /`accrete remove tiny` finishes/ }, what);
      assert.deepEqual(await world.generations(), before, what);
    }
    if (record?.removal || (await readHoldings(wiringOf(world), neverAborted)))
      await remove(wiringOf(world), neverAborted);
    await assertNothingLeft(world, what);
    await world.run();
    await assertContent(world, present(9));
    const [now] = await identitiesOf(world);
    assert.ok(now !== undefined && now !== identity, what);
  }
});

for (const [what, scene, count] of [
  ["extends", grown, 9],
  ["creates", async () => publishedAlone(), 9],
] as const) {
  test(`wherever a removal comes in a run that ${what}, it is refused and nothing is lost, or nothing is left`, async (t) => {
    const base = await scene();
    const calls: PortCall[] = [];
    const undisturbed = await base.copy();
    const noting: Around = (call, perform) => {
      calls.push(call);
      return perform();
    };
    await undisturbed.run({}, wiringOf(undisturbed, noting));
    const outcomes = { contention: 0, removed: 0, nothing: 0 };
    const all = calls.map((call, at) => ({ call, at }));
    const kindOfPlace = ({ call }: { call: PortCall }) => kindOf(call);
    for (const { at } of sampled(t, all, { kindOf: kindOfPlace, what: "places for a removal" })) {
      const world = await base.copy();
      const outcome = await removeAt(world, at);
      outcomes[outcome]++;
      // A run that goes on may have begun another dataset.
      if (outcome === "removed" && (await readHoldings(wiringOf(world), neverAborted))) await world.run();
      const read = await readStore(world.store);
      if (read || outcome !== "removed") await assertContent(world, present(count));
      else await assertNothingLeft(world, `at call ${at}`);
    }
    t.diagnostic(JSON.stringify(outcomes));
    assert.ok(outcomes.contention > 10 && outcomes.removed > 2);
  });
}

type Outcome = "contention" | "removed" | "nothing";

/** Runs, and removes before the call of that number, to its end, before anybody goes on; what became of the removal. */
async function removeAt(world: TinyWorld, at: number): Promise<Outcome> {
  const removal = async (): Promise<Outcome> => {
    if (!(await readHoldings(wiringOf(world), neverAborted))) return "nothing";
    await remove(wiringOf(world), neverAborted);
    return "removed";
  };
  let calls = 0;
  let removing: Promise<Outcome> | undefined;
  const around: Around = async (_, perform) => {
    if (calls++ === at)
      removing = removal().catch((error: { tag: string }) => {
        assert.equal(error.tag, "contention", `at call ${at}: ${error}`);
        return "contention";
      });
    await removing;
    return perform();
  };
  await world.run({}, wiringOf(world, around)).catch((error: { tag: string }) => {
    assert.match(error.tag, /storage|pair/, `at call ${at}: ${error}`);
  });
  assert.ok(removing);
  return removing;
}

/** The provider has nine timesteps; no dataset is there. */
function publishedAlone(): TinyWorld {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 8);
  world.at(9);
  return world;
}

test("a lease that a dead worker left keeps a removal away until it runs out, and not longer", async () => {
  const world = await grown();
  let puts = 0;
  const around: Around = (call, perform) => {
    if (puts === 1) throw new Error("killed");
    if (call.operation === "put" && /rain\/1/.test(call.key)) puts++;
    return perform();
  };
  await assert.rejects(world.run({}, wiringOf(world, around)), /killed/);
  await assert.rejects(remove(wiringOf(world), neverAborted), {
    tag: "contention",
    message: /works on chunk 1/,
  });
  world.clock.now += memoryLimits.chunkLeaseMs;
  await remove(wiringOf(world), neverAborted);
  await assertNothingLeft(world, "after the lease");
});
