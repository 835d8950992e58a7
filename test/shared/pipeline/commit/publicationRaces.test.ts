/** What one publication makes of what others did: of a worker that records while it reads, of a commit that died before it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chunkRecordKey } from "../../../../shared/ledger/ledger.ts";
import { commit } from "../../../../shared/pipeline/commit/commit.ts";
import { extend } from "../../../../shared/pipeline/extend/extend.ts";
import { plan } from "../../../../shared/pipeline/plan/plan.ts";
import type { ExtendMessage } from "../../../../shared/queue/queue.ts";
import { memoryLimits } from "../../../support/memoryWiring.ts";
import { assertContent, neverAborted, present, tinyWorld } from "../../../support/tinyWorld.ts";

test("what a worker records while a commit reads is not shown before its status", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  world.publishAll(4, 5);
  world.at(6);
  const planner = world.wiring();
  await plan(planner, { force: false }, neverAborted);
  const { message } =
    planner.sent.find(({ topic }) => topic === "extend") ?? assert.fail("no batch was sent");
  let [questions, shown] = [0, 0];
  const committer = world.wiring({
    async around(call, perform) {
      const result = await perform();
      // Its commit finds this one at work.
      if (call.operation === "uncommitted" && questions++ === 0)
        await extend(world.wiring(), message as ExtendMessage, neverAborted);
      if (call.operation === "put" && call.key.endsWith(".zmetadata")) {
        shown++;
        await assertContent(world, present(6));
      }
      return result;
    },
  });
  await commit(committer, neverAborted);
  assert.equal(shown, 1);
  await assertContent(world, present(6));
});

test("an array that a commit which died made longer gets no shorter, though what it told of is lost", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.at(4);
  await world.run();
  world.publishAll(4, 5);
  world.at(6);
  const dying = world.wiring({
    around: (call, perform) => {
      if (call.operation === "put" && call.key.endsWith(".zmetadata")) throw new Error("killed");
      return perform();
    },
  });
  await assert.rejects(world.run({}, dying), /killed/);
  world.clock.now += memoryLimits.commitLeaseMs;
  const lengthOf = async (key: string) => ((await world.json(key)) as { shape: number[] }).shape[0];
  assert.equal(await lengthOf("tiny.zarr/rain/.zarray"), 6);
  const { record, version } =
    (await world.ledger.read(chunkRecordKey("tiny", 1), neverAborted)) ?? assert.fail();
  const { 1: lost, ...steps } = record.steps;
  assert.equal(lost?.status, "present");
  await world.ledger.write(chunkRecordKey("tiny", 1), { ...record, steps }, version, neverAborted);
  await commit(world.wiring(), neverAborted);
  await assertContent(world, present(5));
  for (const name of ["rain", "wind", "time"])
    assert.equal(await lengthOf(`tiny.zarr/${name}/.zarray`), 6, name);
});
