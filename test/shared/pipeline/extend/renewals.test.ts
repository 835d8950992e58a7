/**
 * Leases are prolonged by whoever holds them, and by nobody afterwards: when a stage has ended, or goes on to give its lease
 * back, no renewal is on its way any more.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commit } from "../../../../shared/pipeline/commit/commit.ts";
import { takeChunkLease } from "../../../../shared/pipeline/extend/chunkLease.ts";
import { takePlanLease } from "../../../../shared/pipeline/plan/planLease.ts";
import type { Wiring } from "../../../../shared/pipeline/wiring.ts";
import { createRepeat } from "../../../../shared/repeating.ts";
import { neverAborted, tinyWorld } from "../../../support/tinyWorld.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Each holds a lease, calls `in the middle of` while it does, and ends. */
const holders: readonly (readonly [string, (wiring: Wiring, during: () => void) => Promise<unknown>])[] = [
  [
    "a chunk's lease that is given back",
    async (wiring, during) => {
      const lease = await takeChunkLease(wiring, 0, neverAborted);
      during();
      await lease?.finish(neverAborted, (record) => record);
    },
  ],
  [
    "a chunk's lease that is abandoned",
    async (wiring, during) => {
      const lease = await takeChunkLease(wiring, 0, neverAborted);
      during();
      await lease?.abandon();
    },
  ],
  [
    "a plan's turn that ends",
    async (wiring, during) => {
      const turn = await takePlanLease(wiring, undefined, neverAborted);
      during();
      await turn?.end();
    },
  ],
  [
    "a plan's turn that is handed on",
    async (wiring, during) => {
      const turn = await takePlanLease(wiring, undefined, neverAborted);
      during();
      await turn?.transfer(neverAborted);
    },
  ],
  [
    "the lease of a commit",
    (wiring, during) => {
      const { store } = wiring;
      const read: typeof store.read = (key, signal) => {
        during();
        return store.read(key, signal);
      };
      return commit({ ...wiring, store: { ...store, read } }, neverAborted);
    },
  ],
];

for (const [what, hold] of holders) {
  test(`no renewal is on its way after ${what}`, async () => {
    const world = tinyWorld();
    world.publishAll(0, 3);
    world.at(4);
    await world.run();
    let tick: (() => void) | undefined;
    const ending = Promise.withResolvers<void>();
    let isRenewal = false;
    let [begun, underWay] = [0, 0];
    const wiring = world.wiring({
      repeat: createRepeat((_, task) => {
        tick = task;
        return () => {
          tick = undefined;
          ending.resolve();
        };
      }),
      async around(call, perform) {
        if (!isRenewal || call.port !== "ledger") return perform();
        isRenewal = false;
        begun++;
        underWay++;
        await ending.promise;
        await turn();
        return perform().finally(() => underWay--);
      },
    });
    await hold(wiring, () => {
      isRenewal = begun === 0 && tick !== undefined;
      tick?.();
    });
    assert.equal(begun, 1, "a renewal began");
    assert.equal(underWay, 0, "it has ended");
    assert.equal(tick, undefined, "and no other will begin");
  });
}
