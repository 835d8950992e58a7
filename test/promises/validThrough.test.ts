/** Promise 6: what the tool says is valid through T is valid through T. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStored } from "../../shared/archive/stored.ts";
import { freshness } from "../../shared/status/freshness.ts";
import { neverLooked, type StatusSummary, summaryHead } from "../../shared/status/summary.ts";
import type { MemoryWiring } from "../support/memoryWiring.ts";
import { readStore } from "../support/readStore.ts";
import { instantText, tinyTime } from "../support/tinyDataset.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../support/tinyWorld.ts";

/** Runs; after every call to a port, all that was said till then must hold for whoever reads now. */
async function runHonestly(world: TinyWorld): Promise<void> {
  const said: { by: string; through: string | null }[] = [];
  const wiring = world.wiring({
    around: async (call, perform) => {
      if (call.operation === "publish" && call.key === "extended")
        said.push({ by: "event", through: heard(wiring) });
      const result = await perform();
      if (call.operation === "put" && call.key.endsWith("status.json")) {
        const { valid_through } = (await world.json(call.key)) as StatusSummary;
        said.push({ by: "status.json", through: valid_through });
      }
      if (call.operation === "put" && call.key.endsWith("collection.json"))
        said.push({ by: "collection.json", through: endOf(await world.json(call.key)) });
      if (call.operation !== "put") return result;
      const found = await readStore(world.store);
      const last = found?.times.at(-1) ?? null;
      said.push({
        by: "the group's attributes",
        through: (found?.attributes.valid_through as string) ?? null,
      });
      for (const { by, through } of said) {
        if (through === null) continue;
        assert.ok(last !== null && through <= last, `${by} said ${through}, a reader finds up to ${last}`);
        assert.ok(!found?.statuses.slice(0, found.times.indexOf(through) + 1).includes("pending"));
      }
      assert.equal(found?.attributes.valid_through ?? null, last);
      return result;
    },
  });
  await world.run({}, wiring);
  assert.ok(said.some(({ by }) => by === "status.json"));
}

function heard({ events }: MemoryWiring): string | null {
  const committed = events.findLast((event) => event.event === "committed");
  return committed?.event === "committed" && committed.validThrough !== undefined
    ? instantText(committed.validThrough)
    : null;
}

test("at every instant, what was said of the dataset's extent is what a reader finds", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(2);
  world.at(9);
  await runHonestly(world);
  await assertContent(world, present(10).with(2, "missing"));
  world.publishAll(10, 14);
  world.publish(2);
  world.at(15);
  await runHonestly(world);
  await assertContent(world, present(15));
  const status = await world.status();
  assert.equal(status.valid_through, "2020-01-01T20:00:00Z");
  assert.equal((await world.read()).times.at(-1), status.valid_through);
});

test("a dataset is current while everything is there that is due by now, then late, then ended", async () => {
  const world = tinyWorld({ end: 7 });
  const stateAt = async (hours: number) => {
    const stored = await openStored(world.wiring(), neverAborted);
    assert.ok(stored);
    const head = summaryHead(stored.dataset, stored.state);
    const told = freshness(
      { ...head, provider: neverLooked, failing: [] },
      tinyTime(hours),
      Number.POSITIVE_INFINITY,
    );
    const { state, expected_through, lag_seconds, overdue_seconds } = told;
    return { state, expected_through, lag_seconds, overdue_seconds };
  };
  world.at(0);
  await world.run();
  assert.deepEqual(await stateAt(0.5), {
    state: "current",
    expected_through: null,
    lag_seconds: null,
    overdue_seconds: 0,
  });
  // The first timestep, of hour 0, is expected after an hour.
  assert.deepEqual(await stateAt(1), {
    state: "late",
    expected_through: "2020-01-01T06:00:00Z",
    lag_seconds: null,
    overdue_seconds: 0,
  });
  assert.equal((await stateAt(30)).overdue_seconds, 29 * 3600);
  world.publishAll(0, 4);
  world.at(4);
  await world.run();
  assert.deepEqual(await stateAt(5.5), {
    state: "current",
    expected_through: "2020-01-01T10:00:00Z",
    lag_seconds: 1.5 * 3600,
    overdue_seconds: 0,
  });
  assert.deepEqual(await stateAt(6), {
    state: "late",
    expected_through: "2020-01-01T11:00:00Z",
    lag_seconds: 2 * 3600,
    overdue_seconds: 0,
  });
  assert.equal((await stateAt(7.25)).overdue_seconds, 1.25 * 3600);
  world.publishAll(5, 7);
  world.at(9);
  await world.run();
  assert.deepEqual(await stateAt(500), {
    state: "ended",
    expected_through: "2020-01-01T13:00:00Z",
    lag_seconds: 0,
    overdue_seconds: 0,
  });
});

/** The last timestep that a STAC Collection tells of: a granule's time is the end of its window. */
function endOf(collection: unknown): string | null {
  const { extent } = collection as { extent: { temporal: { interval: [[string, string | null]] } } };
  return extent.temporal.interval[0][1];
}
