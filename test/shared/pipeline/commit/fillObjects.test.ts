/** The objects of chunks that are gaps throughout, beside everybody who may work on such a chunk meanwhile. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commit } from "../../../../shared/pipeline/commit/commit.ts";
import { extend } from "../../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../../shared/pipeline/plan/plan.ts";
import type { ExtendMessage } from "../../../../shared/queue/queue.ts";
import { readsWatched } from "../../../support/keysShown.ts";
import { type Around, memoryLimits } from "../../../support/memoryWiring.ts";
import {
  assertContent,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

const chunk = 1;
const isFill = (key: string) => key.endsWith(`/${chunk}.0.0`);
const isWrite = (operation: string) => /put|write/.test(operation);

/** A dataset of 4 visible timesteps whose committer died as it was about to show chunk 1 as a gap, and a granule behind it. */
async function gapNotShown(publish: "settled" | "latest"): Promise<TinyWorld> {
  const world = tinyWorld({ publish, batchesMax: 1 });
  world.publishAll(0, 3);
  world.publish(8);
  world.at(15);
  const killed: Around = (call, perform) => {
    if (call.operation === "put" && isFill(call.key)) throw new Error("killed");
    return perform();
  };
  await assert.rejects(world.run({}, world.wiring({ around: killed })), /killed/);
  await assertContent(world, present(4));
  world.clock.now += memoryLimits.commitLeaseMs;
  return world;
}

/** What a plan would send for chunk 1. */
async function messageFor(world: TinyWorld): Promise<ExtendMessage> {
  const wiring = (await world.copy()).wiring();
  await plan(wiring, { force: false }, neverAborted);
  const found = wiring.sent.find(({ topic, message }) => topic === "extend" && message.chunk === chunk);
  assert.ok(found);
  return found.message as ExtendMessage;
}

/** Goes on only after `meanwhile`, before its write of that number. */
function asleepBefore(write: number, meanwhile: () => Promise<unknown>) {
  const sleeper = { writes: 0, hasSlept: false };
  const around: Around = async (call, perform) => {
    if (isWrite(call.operation) && sleeper.writes++ === write) {
      sleeper.hasSlept = true;
      await meanwhile();
    }
    return perform();
  };
  return { sleeper, around };
}

for (const publish of ["settled", "latest"] as const) {
  describe(`a dataset that publishes its ${publish}`, () => {
    test("a worker that found nothing there merges into the fill that a committer puts meanwhile, before whichever write", async () => {
      for (let late = 0; ; late++) {
        const world = await gapNotShown(publish);
        world.publishAll(4, 7);
        const message = await messageFor(world);
        let wasThere = true;
        const { sleeper, around } = asleepBefore(late, async () => {
          wasThere = (await world.store.list("tiny.zarr/rain/1", neverAborted)).length > 0;
          const { outcome } = await commit(readsWatched(world).wiring, neverAborted);
          if (outcome === "done")
            assert.equal((await world.read()).length, 9, "the gap is shown, or the chunk");
        });
        await extend(readsWatched(world, around).wiring, message, neverAborted);
        await assertContent(world, present(9));
        if (late === 1) assert.equal(wasThere, false, "the worker had put nothing");
        if (!sleeper.hasSlept) return assert.ok(late > 4, `${late} writes`);
      }
    });

    test("a worker that sleeps until another has taken the chunk over, fill and all, changes nothing", async () => {
      for (let late = 1; ; late++) {
        const world = await gapNotShown(publish);
        world.publishAll(4, 7);
        const message = await messageFor(world);
        let existing: Record<string, string> = {};
        const { sleeper, around } = asleepBefore(late, async () => {
          await commit(readsWatched(world).wiring, neverAborted);
          world.clock.now += memoryLimits.chunkLeaseMs;
          world.publishAll(4, 7, { revision: 1 });
          await world.run({}, readsWatched(world).wiring);
          existing = await world.generations();
        });
        await extend(readsWatched(world, around).wiring, message, neverAborted);
        const revised = present(9).with(4, 1).with(5, 1).with(6, 1).with(7, 1);
        if (!sleeper.hasSlept) return assert.ok(late > 4, `${late} writes`);
        await assertContent(world, revised);
        const now = await world.generations();
        for (const array of ["rain", "wind"]) {
          const key = `tiny.zarr/${array}/1.0.0`;
          assert.equal(now[key], existing[key], `${key}, asleep before write ${late}`);
        }
      }
    });

    test("a committer that sleeps while the gap heals puts no fill over it, before whichever write", async () => {
      for (let late = 0; ; late++) {
        const world = await gapNotShown(publish);
        const { sleeper, around } = asleepBefore(late, async () => {
          world.clock.now += memoryLimits.commitLeaseMs;
          world.publishAll(4, 7);
          await world.run({}, readsWatched(world).wiring);
          await assertContent(world, present(9));
        });
        await commit(readsWatched(world, around).wiring, neverAborted);
        if (!sleeper.hasSlept) return assert.ok(late > 6, `${late} writes`);
        await assertContent(world, present(9));
      }
    });

    for (const isWithdrawn of [false, true]) {
      const end = isWithdrawn
        ? "its granules are withdrawn: fill"
        : "its granules are there still: their values";
      test(`where a worker died after one of a chunk's objects, the others are fill, and then ${end}`, async () => {
        const world = await gapNotShown(publish);
        world.publishAll(4, 7);
        const message = await messageFor(world);
        const killed: Around = (call, perform) => {
          if (call.operation === "put" && call.key === "tiny.zarr/wind/1.0.0") throw new Error("killed");
          return perform();
        };
        const dying = readsWatched(world, killed).wiring;
        await assert.rejects(extend(dying, message, neverAborted), /killed/);
        await commit(readsWatched(world).wiring, neverAborted);
        assert.ok((await world.generations())["tiny.zarr/wind/1.0.0"], "the missing one is filled");
        world.clock.now += memoryLimits.chunkLeaseMs;
        if (isWithdrawn) for (let index = 4; index < 8; index++) world.remove(index);
        world.at(30);
        await world.run({}, readsWatched(world).wiring);
        const gap = Array(4).fill("missing");
        await assertContent(world, isWithdrawn ? [...present(4), ...gap, 0] : present(9));
      });
    }

    test("a committer whose time runs out in the middle of them shows nothing, and the next one shows all", async () => {
      const world = await gapNotShown(publish);
      const stop = new AbortController();
      const around: Around = async (call, perform) => {
        const result = await perform();
        if (call.operation === "put" && isFill(call.key)) stop.abort(new Error("time is over"));
        return result;
      };
      await assert.rejects(commit(readsWatched(world, around).wiring, stop.signal), /time is over/);
      await assertContent(world, present(4));
      await commit(readsWatched(world).wiring, neverAborted);
      assert.equal((await world.read()).length, 9);
    });
  });
}
