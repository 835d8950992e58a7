/**
 * Promise 4: after any crash, at any point, the next run ends in the dataset that no crash would have left. A process is killed
 * before each of its calls to store, ledger, queue and provider, and right after each that has an effect. What it leaves is
 * looked at as a reader does; then another run finishes, and one more changes nothing. A sample has a death of each kind.
 */
import "../../support/synchronousZlib.ts";
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inflatePako } from "../../../shared/format/decompress/inflatePako.ts";
import { identitiesOf } from "../../support/halves.ts";
import {
  type MemoryWiring,
  type MemoryWiringOptions,
  memoryLimits,
  type PortCall,
} from "../../support/memoryWiring.ts";
import { assertNotTorn } from "../../support/notTorn.ts";
import { readStore } from "../../support/readStore.ts";
import { sampled } from "../../support/sample.ts";
import {
  assertContent,
  assertStatusTold,
  type Expected,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../support/tinyWorld.ts";
import { kindOf } from "../killed/calls.ts";
import { type Death, untilDeath } from "./untilDeath.ts";

export interface Scenario {
  readonly world: TinyWorld;
  /** What readers saw before, and what they see when all is done. */
  readonly before: readonly Expected[];
  readonly after: readonly Expected[];
  /** From there on what is stored was damaged before. */
  readonly damagedFrom?: number;
  /** Another process is at work all the while. */
  readonly isShared?: boolean;
}

const hasEffect = ({ operation }: PortCall) => /put|write|delete|publish/.test(operation);
const callsMax = 2000;

/** A process whose calls come in the same order each time, even beside another. */
function inOrder(world: TinyWorld, options: MemoryWiringOptions = {}): MemoryWiring {
  return { ...world.wiring(options), inflater: inflatePako };
}

/** Runs until the process dies; the calls that it made if it does not. */
const runUntil = (world: TinyWorld, death: Death) =>
  untilDeath(death, (around) => world.run({}, inOrder(world, { around })));

/** All is told, and nobody holds anything. */
export async function assertAtRest(world: TinyWorld, expected: readonly Expected[]): Promise<void> {
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

/** Each death of a process that makes these calls. */
function deathsAt(calls: readonly PortCall[]): Death[] {
  return calls.flatMap((made, call) =>
    hasEffect(made)
      ? [
          { call, when: "before" },
          { call, when: "after" },
        ]
      : [{ call, when: "before" }],
  );
}

/** Kills a process at each of its calls, each time on a copy of the same world. */
async function dieEverywhere(t: TestContext, scenario: Scenario): Promise<void> {
  const calls = await dieOnce(scenario, { call: callsMax, when: "before" });
  assert.ok(Array.isArray(calls));
  const madeAt = ({ call }: Death) => calls[call] as PortCall;
  const all = deathsAt(calls);
  assert.ok(all.length > 30, `${all.length} deaths`);
  const kindOfDeath = (death: Death) => `${death.when} ${kindOf(madeAt(death))}`;
  for (const death of sampled(t, all, { kindOf: kindOfDeath, what: "deaths in memory" })) {
    const end = await dieOnce(scenario, death).catch((error: Error) => {
      const { port, operation, key } = madeAt(death);
      error.message = `killed ${death.when} call ${death.call}, ${port} ${operation} ${key}: ${error.message}`;
      throw error;
    });
    assert.equal(end, "dead");
  }
}

export function testDeaths(what: string, scene: () => Promise<Scenario>): void {
  test(`a process that is killed while it ${what} leaves what the next run completes`, async (t) => {
    await dieEverywhere(t, await scene());
  });
}

/** The tail's granule is due for another try: what happens is not about it. */
export async function quietWorld(): Promise<{ world: TinyWorld; before: Expected[] }> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 5);
  world.at(6);
  await world.run();
  return { world, before: present(6) };
}
