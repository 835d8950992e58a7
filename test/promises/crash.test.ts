/**
 * Promise 4: after any crash, at any point, the next run ends in the dataset that no crash would have left. A process is killed
 * before each of its calls to store, ledger, queue and provider, and right after each that has an effect. What it leaves is
 * looked at as a reader does; then another run finishes, and one more changes nothing.
 */
import { removeObject } from "../support/removeObject.ts";
import "../support/synchronousZlib.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflatePako } from "../../shared/decode/inflatePako.ts";
import { StorageError } from "../../shared/errors.ts";
import { forgetInLedger, forgetInStore, identitiesOf } from "../support/halves.ts";
import {
  type MemoryWiring,
  type MemoryWiringOptions,
  memoryLimits,
  type PortCall,
} from "../support/memoryWiring.ts";
import { assertNotTorn } from "../support/notTorn.ts";
import { readStore } from "../support/readStore.ts";
import {
  assertContent,
  assertStatusTold,
  type Expected,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../support/tinyWorld.ts";

interface Scenario {
  readonly world: TinyWorld;
  /** What readers saw before, and what they see when all is done. */
  readonly before: readonly Expected[];
  readonly after: readonly Expected[];
  /** From there on what is stored was damaged before. */
  readonly damagedFrom?: number;
  /** Another process is at work all the while. */
  readonly isShared?: boolean;
}

/** Where a process dies: before its call of that number, or right after it. */
interface Death {
  readonly call: number;
  readonly when: "before" | "after";
}

const hasEffect = ({ operation }: PortCall) => /put|write|delete|publish/.test(operation);
const callsMax = 2000;

/** A process whose calls come in the same order each time, even beside another. */
function inOrder(world: TinyWorld, options: MemoryWiringOptions = {}): MemoryWiring {
  return { ...world.wiring(options), inflater: inflatePako };
}

/** Runs until the process dies; the calls that it made if it does not. */
async function runUntil(world: TinyWorld, death: Death): Promise<PortCall[] | "dead"> {
  const calls: PortCall[] = [];
  let isDead = false;
  const live = () => {
    if (isDead) throw new Error("killed");
  };
  const wiring = inOrder(world, {
    around: async (call, perform) => {
      live();
      const number = calls.push(call) - 1;
      isDead = number === death.call && death.when === "before";
      live();
      const result = await perform();
      isDead ||= number === death.call;
      live();
      return result;
    },
  });
  try {
    await world.run({}, wiring);
    return calls;
  } catch (error) {
    assert.ok(isDead, error as Error);
    return "dead";
  }
}

/** All is told, and nobody holds anything. */
async function assertAtRest(world: TinyWorld, expected: readonly Expected[]): Promise<void> {
  await assertContent(world, expected);
  const [inStore, inLedger] = await identitiesOf(world);
  assert.ok(inStore !== undefined && inStore === inLedger, "store and ledger have one identity");
  const found = await world.read();
  await assertStatusTold(world, found);
  assert.deepEqual(await world.ledger.uncommitted("tiny", 10, neverAborted), []);
  for (let chunk = 0; 4 * chunk < found.length; chunk++) {
    assert.ok(
      ((await world.record(chunk)).lease?.expiresAt ?? 0) <= world.clock.now,
      `chunk ${chunk} is held`,
    );
    for (const { offset, status } of (await world.provenance(chunk)).steps) {
      const step = expected[4 * chunk + offset];
      assert.equal(status, typeof step === "number" ? "present" : step);
    }
  }
}

/** One more run changes nothing. */
async function assertStill(world: TinyWorld): Promise<void> {
  const before = await world.generations();
  assert.equal((await world.run()).taken, 0);
  assert.deepEqual(await world.generations(), before);
}

async function dieOnce(scenario: Scenario, death: Death): Promise<PortCall[] | "dead"> {
  const world = await scenario.world.copy();
  const { before, after, damagedFrom } = scenario;
  const other = scenario.isShared ? world.run({}, inOrder(world)) : undefined;
  const end = await runUntil(world, death);
  await other;
  if (end !== "dead") return end;
  // What was lost is not there to be read.
  const absent = damagedFrom === undefined ? "forbidden" : "fill";
  assertNotTorn(await readStore(world.store, "tiny", absent), before, after, damagedFrom);
  world.clock.now += memoryLimits.chunkLeaseMs;
  await world.run();
  await assertAtRest(world, after);
  if (death.call % 5 === 0) await assertStill(world);
  return end;
}

/** Kills a process at each of its calls, each time on a copy of the same world. Returns the number of deaths. */
async function dieEverywhere(scenario: Scenario): Promise<number> {
  let deaths = 0;
  const calls = await dieOnce(scenario, { call: callsMax, when: "before" });
  assert.ok(Array.isArray(calls));
  for (const [call, { port, operation, key }] of calls.entries()) {
    for (const when of ["before", "after"] as const) {
      if (when === "after" && !hasEffect(calls[call] as PortCall)) continue;
      const end = await dieOnce(scenario, { call, when }).catch((error: Error) => {
        error.message = `killed ${when} call ${call}, ${port} ${operation} ${key}: ${error.message}`;
        throw error;
      });
      assert.equal(end, "dead");
      deaths++;
    }
  }
  return deaths;
}

/** Six timesteps are visible, of which one is missing and one corrupt. */
async function grownWorld(): Promise<{ world: TinyWorld; before: Expected[] }> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 5);
  world.remove(2);
  world.publish(4, { bytes: new Uint8Array(3) });
  world.at(11);
  await world.run();
  const before = present(6).with(2, "missing").with(4, "corrupt");
  await assertContent(world, before);
  return { world, before };
}

/** The tail's granule is due for another try: what happens is not about it. */
async function quietWorld(): Promise<{ world: TinyWorld; before: Expected[] }> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 5);
  world.at(6);
  await world.run();
  return { world, before: present(6) };
}

const scenarios: Readonly<Record<string, () => Promise<Scenario>>> = {
  "creates the dataset, with a chunk and a partial tail": async () => {
    const world = tinyWorld({ batchesMax: 1 });
    world.publishAll(0, 4);
    world.at(5);
    return { world, before: [], after: present(5) };
  },
  "fills a chunk": async () => {
    const { world, before } = await quietWorld();
    world.publishAll(6, 7);
    world.at(8);
    return { world, before, after: present(8) };
  },
  "takes in a revision": async () => {
    const { world, before } = await quietWorld();
    world.publish(1, { revision: 1 });
    return { world, before, after: present(6).with(1, 1) };
  },
  "settles a gap": async () => {
    const { world, before } = await quietWorld();
    world.publish(7);
    world.at(8);
    await world.run();
    world.at(14);
    return { world, before, after: present(8).with(6, "missing") };
  },
  "heals, revises, meets what is broken and extends, all in one run": async () => {
    const { world, before } = await grownWorld();
    world.publish(1, { revision: 1 });
    world.publish(4, { revision: 2 });
    world.publish(6, { bytes: new Uint8Array(3) });
    world.publish(7);
    world.at(20);
    return { world, before, after: [0, 1, "missing", 0, 2, 0, "corrupt", 0] };
  },
  "makes a lost chunk anew": async () => {
    const world = tinyWorld({ batchesMax: 1 });
    world.publishAll(0, 6);
    world.at(8);
    await world.run();
    for (const array of ["rain", "wind"]) await removeObject(world.store, `tiny.zarr/${array}/1.0.0`);
    world.publish(5, { bytes: new Uint8Array(3) });
    world.publish(7);
    world.at(20);
    const after: Expected[] = [0, 0, 0, 0, 0, "corrupt", 0, 0];
    return { world, before: present(7), after, damagedFrom: 4 };
  },
  "shows whole chunks as a gap": async () => {
    const { world, before } = await quietWorld();
    world.publish(16);
    world.at(23);
    const gap: Expected[] = Array(16 - before.length).fill("missing");
    return { world, before, after: [...before, ...gap, 0] };
  },
  "has a pair of before share an identity, while it extends it": async () => {
    const { world, before } = await quietWorld();
    await forgetInStore(world);
    await forgetInLedger(world);
    world.publish(6);
    world.at(7);
    return { world, before, after: present(7) };
  },
  "commits while other workers wait": async () => {
    const { world, before } = await quietWorld();
    world.publish(1, { revision: 1 });
    world.publishAll(6, 12);
    world.at(13);
    return { world, before, after: present(13).with(1, 1), isShared: true };
  },
};

for (const [what, scene] of Object.entries(scenarios)) {
  test(`a process that is killed while it ${what} leaves what the next run completes`, async (t) => {
    const deaths = await dieEverywhere(await scene());
    assert.ok(deaths > 30, `${deaths} deaths`);
    t.diagnostic(`${deaths} deaths`);
  });
}

test("a process that loses one answer of the store or the ledger leaves what the next run completes", async () => {
  const base = await (
    scenarios["heals, revises, meets what is broken and extends, all in one run"] as () => Promise<Scenario>
  )();
  for (let lost = 0; ; lost++) {
    const world = await base.world.copy();
    let writes = 0;
    const wiring = world.wiring({
      around: async (call, perform) => {
        const result = await perform();
        if (/put|write/.test(call.operation) && writes++ === lost)
          throw new StorageError(call.operation, call.key, "no answer came");
        return result;
      },
    });
    await world.run({}, wiring).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
    });
    assertNotTorn(await readStore(world.store), base.before, base.after);
    if (writes <= lost) {
      assert.ok(lost > 20, `${lost} writes`);
      return;
    }
    await world.run();
    await assertAtRest(world, base.after).catch((error: Error) => {
      error.message = `answer ${lost} lost: ${error.message}`;
      throw error;
    });
  }
});
