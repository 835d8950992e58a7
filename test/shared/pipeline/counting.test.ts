/** Granules are files and timesteps are timesteps, also where a file has several: nothing counts one for the other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTracker } from "../../../functions/cli/terminal/tracker.ts";
import { eventLines } from "../../../functions/runtime/log/eventLines.ts";
import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import type { MemoryWiring } from "../../support/memoryWiring.ts";
import { tinyTime } from "../../support/tinyDataset.ts";
import { assertContent, present, tinyWorld } from "../../support/tinyWorld.ts";

/** A header of 320 bytes, then two fields of six values in 2 and 4 bytes for each timestep. */
const fileBytes = 320 + 4 * 36;
const named = <Name extends PipelineEvent["event"]>({ events }: MemoryWiring, name: Name) =>
  events.filter((event): event is Extract<PipelineEvent, { event: Name }> => event.event === name);
type Planned = Extract<PipelineEvent, { event: "planned" }>;
const fourADay = { stepsPerGranule: 4, compression: "none" } as const;

test("three files of four timesteps are three granules of their own size, and twelve timesteps", async () => {
  const world = tinyWorld({ ...fourADay, chunkLength: 8 });
  world.publishAll(0, 11);
  world.at(12);
  const { wiring, taken } = await world.run();
  const [{ granules, timesteps, bytes, batches, asked, matched }] = named(wiring, "planned") as [Planned];
  assert.deepEqual([granules, timesteps, bytes, batches], [3, 12, 3 * fileBytes, 2]);
  assert.deepEqual([asked, matched], [4, 3]);
  const [told] = named(wiring, "planned");
  assert.deepEqual(eventLines(told as Planned), ["pending: 3 granules of 12 timesteps, 0.0 MB, 2 batches"]);
  assert.deepEqual(
    named(wiring, "granule")
      .map(({ times, path, bytes }) => [path, bytes, times])
      .sort(),
    [0, 4, 8].map((first) => [
      world.path(first),
      fileBytes,
      [0, 1, 2, 3].map((step) => tinyTime(first + step)),
    ]),
  );
  assert.deepEqual(
    named(wiring, "batch").reduce((sum, batch) => sum + batch.taken, 0),
    12,
  );
  assert.equal(taken, 12);
  const tracker = createTracker(0);
  for (const event of wiring.events) tracker.note(event, 0);
  const { planned, done, bytes: came } = tracker.at(0);
  assert.deepEqual([planned, done, came], [3, 3, 3 * fileBytes]);
  await assertContent(world, present(12));
});

test("a broken file of four timesteps is one failed granule, and four timesteps that failed", async () => {
  const world = tinyWorld(fourADay);
  world.publishAll(0, 11);
  world.publish(4, { bytes: new Uint8Array(3) });
  world.at(12);
  const { wiring, taken, failed } = await world.run();
  assert.deepEqual([taken, failed], [8, 4]);
  assert.deepEqual(
    named(wiring, "granuleFailed").map(({ path, times }) => [path, times.length]),
    [[world.path(4), 4]],
  );
  assert.deepEqual(
    named(wiring, "batch")
      .map((batch) => [batch.chunk, batch.taken, batch.failed])
      .sort(),
    [
      [0, 4, 0],
      [1, 0, 4],
      [2, 4, 0],
    ],
  );
});

test("a file that two chunks share is one granule, and never more than all are done", async () => {
  const world = tinyWorld({ ...fourADay, chunkLength: 6 });
  world.publishAll(0, 11);
  world.at(12);
  const { wiring } = await world.run();
  const [{ granules, timesteps, bytes }] = named(wiring, "planned") as [Planned];
  assert.deepEqual([granules, timesteps, bytes], [3, 12, 3 * fileBytes]);
  const tracker = createTracker(0);
  for (const event of wiring.events) tracker.note(event, 0);
  assert.deepEqual([tracker.at(0).planned, tracker.at(0).done], [3, 3]);
  await assertContent(world, present(12));
});
