/**
 * Promises 2, 4 and 5 where an answer of Cloud Storage gets lost though its effect stands: whichever put it is of, the run
 * goes on as if nothing had happened (after a reset; 503 is tried at every third put, silence at every seventh); and where
 * somebody else writes before the loser looks again, tried at every second put, nothing of theirs is overwritten, nor does
 * any timestep go back to an older granule.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { ContentionError } from "../../shared/errors.ts";
import type { GcsLimits } from "../../shared/store/gcs/gcsStore.ts";
import { type BucketWorld, createBucketWatch, startBucketWorld } from "../support/bucketWorld.ts";
import { memoryLimits } from "../support/memoryWiring.ts";
import { everySampled, tellLeftOut } from "../support/sample.ts";
import { assertContent, type Expected, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

interface Story {
  readonly base: TinyWorld;
  readonly expected: readonly Expected[];
  /** The least number of puts in its run. */
  readonly putsMin: number;
}

/** The first run: nothing is there yet. */
async function creation(): Promise<Story> {
  const base = tinyWorld({ batchesMax: 1 });
  base.publishAll(0, 1);
  base.at(3);
  return { base, expected: present(2), putsMin: 30 };
}

/** A later run: two granules are revised, a gap is filled, new ones came, one of them broken. */
async function growth(): Promise<Story> {
  const base = tinyWorld({ batchesMax: 1 });
  base.publishAll(0, 5);
  base.remove(2);
  base.at(12);
  await base.run();
  await assertContent(base, present(6).with(2, "missing"));
  base.publish(1, { revision: 1 });
  base.publish(4, { revision: 1 });
  base.publish(2, { modifiedAt: base.clock.asOf });
  base.publish(6, { bytes: new Uint8Array(3) });
  base.publish(7);
  base.at(20);
  return { base, expected: [0, 1, 0, 0, 1, 0, "corrupt", 0], putsMin: 15 };
}

/** Calls `play` with a bucket for each put, until one run makes no more than were spared. Returns how many puts that were. */
async function forEachPut(
  { base, expected }: Story,
  fault: "resetAfter" | "unavailableAfter" | "hangAfter",
  everyPut: number,
  play: (place: BucketWorld, put: number) => Promise<void>,
): Promise<number> {
  for (let put = 0; ; put += everyPut * everySampled) {
    base.source.forget();
    const place = await startBucketWorld(base);
    try {
      const { faults } = place.server;
      Object.assign(faults, { operations: ["insert"], sparedCalls: put, [fault]: 1 });
      await play(place, put);
      const isOver = faults[fault] > 0;
      faults[fault] = 0;
      await assertContent(place, expected);
      if (isOver) return put;
    } catch (error) {
      if (error instanceof Error) error.message = `${fault} at put ${put}: ${error.message}`;
      throw error;
    } finally {
      await place.close();
    }
  }
}

/** What a run did, as far as others notice. */
async function runOn({ world, wiring }: BucketWorld, limits: Partial<GcsLimits> = {}) {
  const own = wiring({ limits });
  const { taken, failed } = await world.run({}, own);
  const events = own.events.map(({ event }) => event);
  return { taken, failed, events, fetched: [...world.source.asked.fetch] };
}

function tellPlayed(t: TestContext, puts: number, everyPut: number): void {
  const whole = Math.floor(puts / everyPut);
  const played = Math.floor(puts / (everyPut * everySampled));
  t.diagnostic(`${played} lost answers of ${puts} puts`);
  tellLeftOut(t, { count: whole - played, whole, what: "lost answers" });
}

const stories = { "creates a dataset": creation, "extends one": growth };

for (const [what, tell] of Object.entries(stories)) {
  describe(`a run that ${what} and loses the answer to one put`, () => {
    for (const [fault, how, everyPut, limits] of [
      ["resetAfter", "the connection is reset", 1, {}],
      ["unavailableAfter", "the answer is 503", 3, {}],
      ["hangAfter", "the answer never comes", 7, { callMs: 500, idleMs: 500 }],
    ] as const) {
      test(`goes on as if nothing had happened (${how})`, async (t) => {
        const story = await tell();
        const calm = await startBucketWorld(story.base);
        story.base.source.forget();
        const undisturbed = await runOn(calm);
        await calm.close();
        const puts = await forEachPut(story, fault, everyPut, async (place) => {
          assert.deepEqual(await runOn(place, limits), undisturbed);
        });
        assert.ok(puts >= story.putsMin, `${puts} puts`);
        tellPlayed(t, puts, everyPut);
      });
    }
  });
}

const watched = { chunkLength: 4, steps: 8, revisionsMax: 2, wasPublished: () => true };

for (const [what, tell] of Object.entries(stories)) {
  test(`where another run takes over before the loser looks again, nothing of its is overwritten (${what})`, async (t) => {
    const story = await tell();
    const expected = story.expected.with(0, 2);
    let [looks, overtaken] = [0, 0];
    const puts = await forEachPut({ ...story, expected }, "resetAfter", 2, async (place) => {
      const { world, server, wiring } = place;
      const { see, watch } = createBucketWatch(server, watched);
      world.publish(0);
      server.faults.meanwhile = async (name) => {
        see(name);
        overtaken++;
        world.publish(0, { revision: 2 });
        world.clock.now += memoryLimits.chunkLeaseMs;
        await world.run({}, wiring({ afterPut: see }));
      };
      await world.run({}, wiring({ afterPut: see })).catch((error: unknown) => {
        if (!(error instanceof ContentionError)) throw error;
      });
      world.publish(0, { revision: 2 });
      await world.run({}, wiring({ afterPut: see }));
      looks += watch.looks;
    });
    assert.ok(puts >= story.putsMin, `${puts} puts`);
    t.diagnostic(`${overtaken} runs overtaken, ${looks} looks`);
    tellPlayed(t, puts, 2);
  });
}
