/**
 * Promise 5: order, doubling and loss of messages do not matter. Any arrival of granules, split into any rounds, with
 * broken, late and revised ones, lost messages and runs that are stopped, ends in the dataset that one run makes of it all.
 */
import { test } from "node:test";
import fc from "fast-check";
import { unreachable } from "../support/memoryProvider.ts";
import { memoryWiring } from "../support/memoryWiring.ts";
import { casesOf, sampleSeed } from "../support/sample.ts";
import {
  assertContent,
  type Expected,
  type TinyWorld,
  tinyWorld,
  type WorldOptions,
} from "../support/tinyWorld.ts";

const count = 8;
const roundsMax = 3;
/** Late enough for every patience and every next try to be over, early enough for every timestep to be looked at. */
const endHours = 44;

type Version = "broken" | "another hour" | number;

/** When which version of a granule appears; the last one stays. */
interface Arrival {
  readonly round: number;
  readonly version: Version;
}

interface Round {
  readonly hours: number;
  /** Which of the sent batches get lost, come twice, or come as they are; again and again. */
  readonly messages: readonly ("lost" | "twice" | "once")[];
  /** The provider becomes unreachable after so many files. */
  readonly filesMax: number;
  /** The process is killed before so many writes. */
  readonly writesMax: number;
  readonly batchesMax: number;
  readonly range: { readonly from?: number; readonly to?: number; readonly force?: boolean };
}

interface History {
  readonly publish: "settled" | "latest";
  readonly stepsPerGranule: number;
  /** By timestep: when which versions of its granule appear. */
  readonly granules: readonly (readonly Arrival[])[];
  readonly rounds: readonly Round[];
}

const never = 1_000_000;
const version: fc.Arbitrary<Version> = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom<Version>("broken", "another hour") },
);
const arrivals = fc.array(fc.record({ round: fc.nat({ max: roundsMax - 1 }), version }), { maxLength: 3 });
const mostlyNever = (max: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(never) }, { weight: 1, arbitrary: fc.nat({ max }) });
const round: fc.Arbitrary<Round> = fc.record({
  hours: fc.integer({ min: 1, max: 36 }),
  messages: fc.array(fc.constantFrom("lost", "twice", "once", "once"), { minLength: 1, maxLength: 4 }),
  filesMax: mostlyNever(8),
  writesMax: mostlyNever(40),
  batchesMax: fc.constantFrom(1, 2, 64),
  range: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat({ max: count }), fc.nat({ max: count }), fc.boolean())
        .map(([a, b, force]) => ({ from: Math.min(a, b), to: Math.max(a, b), force })),
    },
  ),
});
const history: fc.Arbitrary<History> = fc.record({
  publish: fc.constantFrom("settled" as const, "latest" as const),
  stepsPerGranule: fc.constantFrom(1, 1, 2),
  granules: fc.array(arrivals, { minLength: count, maxLength: count }),
  rounds: fc.array(round, { minLength: 1, maxLength: roundsMax }),
});

/** An empty dataset of each kind: making one is slow. */
const empty = new Map<string, TinyWorld>();

async function emptyWorld(options: WorldOptions): Promise<TinyWorld> {
  const key = JSON.stringify(options);
  const made = empty.get(key) ?? tinyWorld(options);
  if (!empty.has(key)) {
    made.at(-1);
    await made.run();
    empty.set(key, made);
  }
  for (let index = 0; index < count; index++) made.remove(index);
  return made.copy();
}

function publish(world: TinyWorld, index: number, version: Version, minute: number): void {
  const modifiedAt = world.clock.asOf + minute * 60_000;
  if (version === "broken") world.publish(index, { bytes: new Uint8Array(40), modifiedAt });
  else if (version === "another hour") world.publish(index, { header: { clock: "235900" }, modifiedAt });
  else world.publish(index, { revision: version, modifiedAt });
}

/** One round by a process of its own, which may be stopped in the middle. */
async function runRound(
  world: TinyWorld,
  { messages, filesMax, writesMax, batchesMax, range }: Round,
): Promise<void> {
  let [files, writes, sent] = [0, 0, 0];
  const killed = () => {
    if (writes >= writesMax) throw new Error("killed");
  };
  world.source.meddle = (operation) => {
    killed();
    if (operation === "fetch" && files++ >= filesMax) throw unreachable();
  };
  const wiring = memoryWiring(world, {
    limits: { planBatchesMax: batchesMax },
    around: async ({ operation }, perform) => {
      if (/put|write/.test(operation)) writes++;
      killed();
      return perform();
    },
  });
  const { publish } = wiring.queue;
  wiring.queue.publish = async (topic, given, signal) => {
    const come =
      topic !== "extend"
        ? given
        : given.flatMap((message) => {
            const fate = messages[sent++ % messages.length];
            return fate === "lost" ? [] : fate === "twice" ? [message, message] : [message];
          });
    await publish(topic, come, signal);
  };
  await world.run(range, wiring).catch((error: Error) => {
    if (!/killed|no route to host/.test(error.message)) throw error;
  });
  world.source.meddle = undefined;
}

/** Plays a history on an empty dataset, up to the last round. Returns what readers must find in the end. */
async function play(world: TinyWorld, { stepsPerGranule, granules, rounds }: History, inRounds: boolean) {
  const last = new Map<number, Version>();
  for (const [number, round] of rounds.entries()) {
    world.at(Math.max(...rounds.slice(0, number + 1).map(({ hours }) => hours)));
    for (let index = 0; index < count; index += stepsPerGranule) {
      for (const [i, arrival] of arrivalsOf(granules[index] ?? [], rounds.length).entries()) {
        if (arrival.round !== number) continue;
        publish(world, index, arrival.version, 3 * number + i);
        last.set(index, arrival.version);
      }
    }
    if (inRounds) await runRound(world, round);
  }
  const steps = Array.from({ length: count }, (_, index): Expected => {
    const version = last.get(index - (index % stepsPerGranule));
    return version === undefined ? "missing" : typeof version === "number" ? version : "corrupt";
  });
  return steps.slice(0, steps.findLastIndex((step) => typeof step === "number") + 1);
}

for (const [what, inRounds, numRuns] of [
  ["any order, split, loss, doubling or stop ends in what one run makes of everything", true, 100],
  ["one run over everything makes of it what the granules say", false, 15],
] as const) {
  test(what, async (t) => {
    const property = fc.asyncProperty(history, async (given) => {
      const world = await emptyWorld({ publish: given.publish, stepsPerGranule: given.stepsPerGranule });
      const expected = await play(world, given, inRounds);
      world.at(endHours);
      await world.run();
      await assertContent(world, expected);
    });
    const sample = Math.ceil(numRuns / 4);
    const played = casesOf(t, { whole: numRuns, sample, what: "histories" });
    await fc.assert(property, { numRuns: played, seed: sampleSeed });
  });
}

/** In the order of rounds. What was good once is not replaced by something broken for good: that would keep its values. */
function arrivalsOf(given: readonly Arrival[], rounds: number): readonly Arrival[] {
  const within = given.map(({ round, version }) => ({ round: round % rounds, version }));
  const sorted = within.toSorted((a, b) => a.round - b.round);
  const isGood = ({ version }: Arrival) => typeof version === "number";
  return sorted.slice(0, sorted.findLastIndex(isGood) + 1 || sorted.length);
}
