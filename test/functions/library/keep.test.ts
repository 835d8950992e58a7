/** A program keeps a dataset with adapters of its own, or with places as the command has them, and closes only what it opened. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { extend, type Kept, type PipelineEvent, plan, status } from "../../../functions/library/index.ts";
import type { Source } from "../../../functions/library/ports.ts";
import airTemperature from "../../../shared/dataset/catalogue/air-temperature.ts";
import type { ExtendedEvent, Queue } from "../../../shared/queue/queue.ts";
import { sourceOf } from "../../../shared/source/ftp/ftpSource.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { assertContent, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";
import { airFiles } from "../cli/command.ts";

interface Keeper {
  readonly kept: Kept;
  readonly events: ExtendedEvent[];
  readonly reported: PipelineEvent["event"][];
  /** How often the source was closed. */
  closed: number;
}

function keeperOf(world: TinyWorld): Keeper {
  const keeper = { events: [] as ExtendedEvent[], reported: [] as PipelineEvent["event"][], closed: 0 };
  const source: Source = {
    ...sourceOf(world.source),
    close: async () => void keeper.closed++,
  };
  const queue: Queue = {
    async publish(topic, messages) {
      assert.equal(topic, "extended");
      keeper.events.push(...(messages as readonly ExtendedEvent[]));
    },
  };
  const report = ({ event }: PipelineEvent) => void keeper.reported.push(event);
  const { dataset, store, ledger } = world;
  return Object.assign(keeper, { kept: { dataset, store, ledger, source, queue, report } });
}

test("store, ledger, source and queue may all be the program's own", async () => {
  const world = tinyWorld({ end: 7 });
  world.publishAll(0, 7);
  const keeper = keeperOf(world);
  assert.equal(await status(keeper.kept), undefined);
  const { granules, timesteps, batches, unmatched } = await plan(keeper.kept);
  assert.deepEqual(
    { granules, timesteps, batches, unmatched },
    { granules: 8, timesteps: 8, batches: 2, unmatched: undefined },
  );
  assert.deepEqual(await world.store.list("", new AbortController().signal), [], "a plan writes nothing");

  assert.deepEqual(await extend(keeper.kept), { ingested: 8, failed: 0, unmatched: undefined });
  await assertContent(world, present(8));
  const seen = await status(keeper.kept);
  assert.deepEqual([seen?.length, seen?.gap_count, seen?.state], [8, 0, "ended"]);
  assert.equal(keeper.events.at(-1)?.length, 8);
  assert.ok(keeper.reported.includes("created") && keeper.reported.includes("granule"));
  assert.equal(keeper.closed, 0, "its own source was closed");
});

test("a range is given in ISO 8601, and what is there is ingested again where that is asked for", async () => {
  const world = tinyWorld({ end: 7 });
  world.publishAll(0, 7);
  const { kept } = keeperOf(world);
  const range = { from: "2020-01-01T06:00:00Z", to: "2020-01-01T09:00:00Z" };
  assert.equal((await extend(kept, range)).ingested, 4);
  assert.equal((await extend(kept, range)).ingested, 0);
  assert.equal((await extend(kept, { ...range, force: true })).ingested, 4);
});

test("what cannot be used is refused with what is wrong, and an aborted signal ends the work", async () => {
  const world = tinyWorld({ end: 7 });
  const { kept } = keeperOf(world);
  const { ledger: _, ...rest } = kept;
  await assert.rejects(extend(rest), { tag: "usage", message: /a ledger beside it/ });
  await assert.rejects(extend(kept, { from: "yesterday" }), {
    tag: "usage",
    message: /"yesterday" is not a time/,
  });
  await assert.rejects(plan({ ...kept, store: "s3://bucket" }), { tag: "usage", message: /s3:\/\/bucket/ });
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(extend(kept, { signal }), /enough/);
});

test("places are those of the command line", async (t) => {
  const directory = await temporaryDirectory(t);
  const provider = await startFtpServer({ files: airFiles() });
  t.after(() => provider.close());
  const kept = { dataset: airTemperature, store: join(directory, "data"), source: provider.url };
  assert.equal((await plan(kept)).granules, 4);
  assert.equal(await status(kept), undefined);
  assert.ok(!existsSync(kept.store), "who looks creates nothing");
  assert.equal((await extend(kept)).ingested, 4);
  assert.equal((await status(kept))?.valid_through, "2013-01-01T18:00:00Z");
  assert.ok(existsSync(join(directory, "data/accrete.sqlite")));
  assert.equal(provider.connections, 0, "its connections are ended");
});
