/** A history of the tiny dataset in which everything that may happen at once does, as a scheduler and a seed have it. */
import "../../support/synchronousZlib.ts";
import assert from "node:assert/strict";
import type { Scheduler } from "fast-check";
import { ContentionError, SourceError, StorageError } from "../../../shared/errors.ts";
import { inflatePako } from "../../../shared/format/decompress/inflatePako.ts";
import { chunkRecordKey } from "../../../shared/ledger/ledger.ts";
import type { ChunkRecord } from "../../../shared/ledger/records.ts";
import { extend } from "../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../shared/pipeline/plan/plan.ts";
import type { Range } from "../../../shared/pipeline/plan/scan.ts";
import type { Wiring } from "../../../shared/pipeline/wiring.ts";
import { readPlanMessage } from "../../../shared/queue/messages.ts";
import type { ExtendMessage, Queue } from "../../../shared/queue/queue.ts";
import { createFickleProvider, type FickleProvider } from "../../support/fickleProvider.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import { type Around, memoryWiring } from "../../support/memoryWiring.ts";
import type { ReadDataset } from "../../support/readStore.ts";
import { seeded } from "../../support/seeded.ts";
import { hourMs, tinyTime } from "../../support/tinyDataset.ts";
import {
  assertContent,
  assertLines,
  assertStatusTold,
  expectedLines,
  linesOf,
  neverAborted,
  type TinyWorld,
  tinyWorld,
} from "../../support/tinyWorld.ts";
import { createWatch, type Watch } from "../../support/watch.ts";
import { createDamaged, heal, isOfInjury } from "./damaged.ts";
import { type Actor, createSimulation, type Fates, type Simulation } from "./simulation.ts";

export interface Schedule {
  readonly scheduler: Scheduler;
  /** Decides what the scheduler does not: kills, sleep, what the provider does, what becomes of messages and answers. */
  readonly seed: number;
  /** Objects of chunks get injured, and doctors are called. */
  readonly isInjured?: boolean;
}

/** What a schedule was made of. */
export interface Played {
  turns: number;
  /** Objects that a reader looked at as they were put. */
  looks: number;
  kills: number;
  /** Files that the provider published. */
  granules: number;
  /** Objects that were damaged. */
  damage: number;
  /** Objects that doctors deleted. */
  deletions: number;
}

const chunkLength = 2;
const steps = 6;
const revisionsMax = 8;
/** Turns during which new things happen; then all who live end what they began. */
const turmoilTurns = 500;
const hoursMax = 20;
/** Late enough for every patience and every next try. */
const quietHours = 14;
const leases = { chunkLeaseMs: 120, commitLeaseMs: 60, planLeaseMs: 300, batchStartMs: 100, batchLookMs: 20 };
const turmoil: Fates = { killed: 0.002, asleep: 0.01, sleepMs: 400, asleepForLong: 0.001, jump: 0.02 };
const odds = {
  messageLost: 0.1,
  messageDoubled: 0.2,
  messageLate: 0.2,
  redelivered: 0.5,
  answerLost: 0.004,
  answerLate: 0.2,
  unreachable: 0.01,
  stirred: 0.04,
  withdrawn: 0.006,
  hoursPass: 0.004,
  planned: 0.006,
  healed: 0.002,
  injured: 0.008,
  treated: 0.006,
};

/**
 * Plays one history and looks at it after every put. Throws an `AssertionError` where a promise is broken on the way, or
 * where the dataset does not come to rest as what the provider has in the end. Its message ends with the last turns.
 */
export async function playSchedule({ scheduler, seed, isInjured = false }: Schedule): Promise<Played> {
  const random = seeded(seed);
  const world = await emptyWorld(random() < 0.7 ? "settled" : "latest", random() < 0.9 || isInjured);
  const never = random() < 0.3 ? Math.floor(random() * (steps - 1)) : undefined;
  const isNever = (index: number) => index === never;
  const provider = createFickleProvider({
    random,
    revisionsMax,
    isNever,
    put: world.publish,
    remove: world.remove,
  });
  const wasPublished = (index: number, revision: number) => revision <= provider.revisionOf(index);
  const watch = createWatch({ chunkLength, steps, revisionsMax, wasPublished });
  const simulation = createSimulation(scheduler, world.clock, random);
  const played: Played = { turns: 0, looks: 0, kills: 0, granules: 0, damage: 0, deletions: 0 };
  const around = seeing(world, watch, played);
  const people = createPeople({ world, simulation, around, random, played, isInjured });
  const ward = isInjured
    ? createDamaged({ world, provider, watch, random, around, steps, chunkLength })
    : undefined;
  const chance = (probability: number) => random() < probability;

  async function happen(): Promise<void> {
    if (++played.turns > (ward ? ward.turmoilTurns : turmoilTurns)) return;
    if (chance(odds.stirred)) provider.stir(Math.floor(steps * random()));
    if (chance(odds.withdrawn)) provider.withdraw(Math.floor((steps - 1) * random()));
    const hours = (world.clock.asOf - tinyTime(0)) / hourMs;
    if (chance(odds.hoursPass) && hours < hoursMax)
      world.at(Math.floor(hours) + 1 + Math.floor(4 * random()));
    if (simulation.active === 0 || chance(odds.planned)) people.startPlan({ force: false });
    if (chance(odds.healed))
      people.startPlan({ force: chance(0.7), from: tinyTime(Math.floor(random() * steps)) });
    if (!ward) return;
    if (chance(odds.injured)) played.damage += await ward.injure();
    if (chance(odds.treated)) people.startDoctor();
  }

  try {
    people.startPlan({ force: false });
    people.startPlan({ force: false });
    await simulation.run(ward ? ward.turmoil : turmoil, happen);
    provider.mend(steps - 1);
    world.at(Math.floor((world.clock.asOf - tinyTime(0)) / hourMs) + quietHours);
    await ward?.healAll();
    await world.run({}, { ...world.wiring({ around }), inflater: inflatePako });
    await ward?.assertHealed();
    await assertAtRest(world, provider);
    // Who slept for as long as that changes nothing any more.
    await simulation.wakeAll();
    await ward?.assertHealed();
    await assertAtRest(world, provider);
    assert.equal((await world.run()).taken, 0, "nothing is left to ingest");
    assert.deepEqual(await world.ledger.uncommitted("tiny", 10, neverAborted), []);
  } catch (error) {
    if (error instanceof Error) error.message += `\nlast turns:\n${simulation.trace.join("\n")}`;
    throw error;
  }
  const { granules, revisions, broken } = provider.counts;
  return { ...played, looks: watch.looks, granules: granules + revisions + broken };
}

/** What was withdrawn is a gap, or stands as it was once ingested: then the watch has seen that it holds a granule's values. */
async function assertAtRest(world: TinyWorld, provider: FickleProvider): Promise<void> {
  const found = await world.read();
  const stands = (index: number) => provider.isWithdrawn(index) && found.statuses[index] === "present";
  const steps = provider.expected().map((step, index) => (provider.isWithdrawn(index) ? "missing" : step));
  if (steps.some((_, index) => provider.isWithdrawn(index))) {
    const lines = linesOf(found);
    assertLines(
      lines,
      expectedLines(steps).map((line, index) => (stands(index) ? (lines[index] ?? "") : line)),
    );
  } else await assertContent(world, steps);
  await assertTold(world, found);
}

/** Status and provenance tell what readers find, and what the ledger knows. */
async function assertTold(world: TinyWorld, found: ReadDataset): Promise<void> {
  await assertStatusTold(world, found);
  for (const { record } of await world.ledger.window("tiny", 0, steps, steps, neverAborted)) {
    const known = Object.entries(record.steps).map(([offset, { status, granule }]) => {
      return [Number(offset), status, granule?.path, granule?.crc32c];
    });
    const told = known.length === 0 ? [] : (await world.provenance(record.chunk)).steps;
    assert.deepEqual(
      told.map(({ offset, status, granule }) => [offset, status, granule?.path, granule?.crc32c]),
      known,
      `provenance of chunk ${record.chunk}`,
    );
  }
}

const made = new Map<string, Promise<TinyWorld>>();

/** An empty dataset, or the place for one; made once, as it is slow. */
async function emptyWorld(publish: "settled" | "latest", isCreated: boolean): Promise<TinyWorld> {
  const create = async () => {
    const world = tinyWorld({ chunkLength, publish, batchesMax: 2 });
    world.at(-1);
    if (isCreated) await world.run();
    return world;
  };
  const key = `${publish} ${isCreated}`;
  const making = made.get(key) ?? create();
  made.set(key, making);
  const world = await making;
  for (let index = 0; index < steps; index++) world.remove(index);
  return world.copy();
}

interface Stage {
  readonly world: TinyWorld;
  readonly simulation: Simulation;
  /** Looks at what calls change. */
  readonly around: Around;
  readonly random: () => number;
  readonly played: Played;
  readonly isInjured: boolean;
}

/** Planners, workers and doctors, and the queue between them. */
function createPeople({ world, simulation, around: see, random, played, isInjured }: Stage) {
  const chance = (probability: number) => random() < probability;
  const batchesInFlightMax = chance(0.5) ? Number.POSITIVE_INFINITY : 1 + Math.floor(2 * random());
  const workersMax = 2 + Math.floor(4 * random());
  const waiting: ExtendMessage[] = [];
  let names = 0;
  let workers = 0;

  const around =
    (actor: Actor): Around =>
    async (call, perform) => {
      const { port, operation, key } = call;
      await actor.turn(`${operation} ${key}`);
      if (port === "source" && chance(odds.unreachable)) throw unreachable();
      const result = await see(call, perform);
      if (chance(odds.answerLost)) throw new StorageError(operation, key, "no answer came");
      if (chance(odds.answerLate)) await actor.turn(`hears of ${operation} ${key}`);
      return result;
    };

  function wiringOf(actor: Actor): Wiring {
    return {
      ...memoryWiring(world, {
        limits: { ...leases, batchesInFlightMax, racesMax: 30 },
        around: around(actor),
        repeat: actor.repeat,
      }),
      queue: queueOf(actor),
      inflater: inflatePako,
      now: () => world.clock.now,
      newId: () => `${actor.name}/${++names}`,
      wait: actor.wait,
    };
  }

  /** Messages get lost, come twice, late, and in any order. */
  function queueOf(actor: Actor): Queue {
    return {
      async publish(topic, messages) {
        await actor.turn(`publish ${messages.length} to ${topic}`);
        for (const message of messages) {
          if (topic === "extended" || chance(odds.messageLost)) continue;
          if (topic === "plan") startPlan(readPlanMessage(message, [world.dataset]));
          else waiting.push(...Array(chance(odds.messageDoubled) ? 2 : 1).fill(message as ExtendMessage));
        }
        startWorkers();
      },
    };
  }

  /** Anything else is a defect. */
  function expected(error: unknown): undefined {
    if (!isExpected(error) && !(isInjured && isOfInjury(error))) throw error;
  }

  function startWorkers(): void {
    while (waiting.length > 0 && workers < workersMax) {
      const [message] = waiting.splice(Math.floor(random() * waiting.length), 1) as [ExtendMessage];
      let isDone = false;
      workers++;
      simulation.spawn(
        `worker ${++names} on ${message.chunk}`,
        async (actor) => {
          if (chance(odds.messageLate)) await actor.wait(1000 * random(), neverAborted);
          const ended = await extend(wiringOf(actor), message, neverAborted).catch(expected);
          isDone = ended?.outcome === "extended";
        },
        ({ isAlive }) => {
          workers--;
          if (!isAlive) played.kills++;
          if (!isDone && chance(odds.redelivered)) waiting.push(message);
          startWorkers();
        },
      );
    }
  }

  function startAlone(what: string, work: (wiring: Wiring) => Promise<unknown>): void {
    simulation.spawn(
      `${what} ${++names}`,
      async (actor) => {
        await work(wiringOf(actor)).catch(expected);
      },
      ({ isAlive }) => {
        if (!isAlive) played.kills++;
      },
    );
  }

  const startPlan = (range: Range) => startAlone("plan", (wiring) => plan(wiring, range, neverAborted));
  const startDoctor = () => startAlone("doctor", (wiring) => heal(wiring, { adopt: false }));

  return { startPlan, startDoctor };
}

/** What may well go wrong here. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof ContentionError ||
    error instanceof SourceError ||
    (error instanceof StorageError && /no answer came|does not exist yet/.test(error.message))
  );
}

async function recordOf(world: TinyWorld, key: string): Promise<ChunkRecord | undefined> {
  if (key === "dataset") return undefined;
  return (await world.ledger.read(chunkRecordKey("tiny", Number(key)), neverAborted))?.record;
}

/** Looks at whatever a call changes. */
function seeing(world: TinyWorld, watch: Watch, played: Played): Around {
  return async ({ operation, key }, perform) => {
    const before = operation === "write" ? await recordOf(world, key) : undefined;
    const result = await perform();
    const outcome = (result as { outcome?: string } | undefined)?.outcome;
    const isWritten = outcome === "written";
    const object = operation === "put" && isWritten ? await world.store.read(key, neverAborted) : undefined;
    if (object) watch.seePut(key, object.bytes);
    if (operation === "write" && isWritten) assertKept(before, await recordOf(world, key), watch);
    if (outcome === "deleted") {
      watch.seeDelete(key);
      played.deletions++;
    }
    return result;
  };
}

/**
 * Nothing that is resolved is lost: a timestep that is present stays so, unless no array holds it any more, and only a later
 * granule takes its place.
 */
function assertKept(before: ChunkRecord | undefined, after: ChunkRecord | undefined, watch: Watch): void {
  for (const [offset, step] of Object.entries(before?.steps ?? {})) {
    const now = after?.steps[offset];
    assert.ok(now, `chunk ${before?.chunk} forgot offset ${offset}`);
    const index = (before?.chunk ?? 0) * chunkLength + Number(offset);
    if (!step.granule && now.granule) watch.seeGain(index);
    if (step.granule && !now.granule) watch.seeLoss(index);
    if (!step.granule || !now.granule) continue;
    assert.ok(
      now.granule.ingestedAt >= step.granule.ingestedAt,
      `chunk ${before?.chunk} took offset ${offset} back`,
    );
  }
}
