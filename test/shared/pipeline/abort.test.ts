/**
 * A stage whose signal is aborted ends with its reason, whichever call it is at, whether or not that call had its effect; it
 * gives back every lease that it has or may have taken; and the next run finishes what it began.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { datasetRecordKey } from "../../../shared/ledger/ledger.ts";
import type { Lease } from "../../../shared/ledger/records.ts";
import type { Around } from "../../support/memoryWiring.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";

/** Plans take turns. */
const limits = { batchesInFlightMax: 2 };
const everything = { force: false };

async function heldIn({ ledger, clock }: TinyWorld): Promise<readonly (Lease | null | undefined)[]> {
  const existing = (await ledger.read(datasetRecordKey("tiny"), neverAborted))?.record;
  const leased = await ledger.leased("tiny", clock.now, 10, neverAborted);
  const all = [existing?.lease, existing?.planLease, ...leased.map(({ record }) => record.lease)];
  return all.filter((lease) => lease && lease.expiresAt > clock.now);
}

for (const when of ["before", "after"] as const) {
  test(`an abort ${when} any call gives every lease back, and the next run finishes`, async (t) => {
    const base = tinyWorld();
    base.publishAll(0, 6);
    base.remove(2);
    base.at(20);
    const reason = new Error("the time is over");
    let ended = 0;
    for (let isOver = false; !isOver; ended++) {
      const world = await base.copy();
      const stop = new AbortController();
      let calls = 0;
      let stoppedAt = "";
      const around: Around = async (call, perform) => {
        if (calls++ !== ended) return perform();
        stoppedAt = `${call.port}.${call.operation} ${call.key}`;
        if (when === "before") stop.abort(reason);
        const result = await perform();
        stop.abort(reason);
        // Its answer is not waited for.
        call.signal.throwIfAborted();
        return result;
      };
      const running = runUntilCurrent(world.wiring({ around, limits }), everything, stop.signal);
      const thrown = await running.then(
        () => undefined,
        (error: unknown) => error,
      );
      isOver = !stop.signal.aborted;
      if (!isOver && thrown) assert.equal(thrown, reason, stoppedAt);
      assert.deepEqual(await heldIn(world), [], stoppedAt);
      await world.run({}, world.wiring({ limits }));
      await assertContent(world, present(7).with(2, "missing"));
    }
    assert.ok(ended > 100, `${ended} calls`);
    t.diagnostic(`ended at ${ended} calls`);
  });
}
