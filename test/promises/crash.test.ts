/** Promise 4: after any crash, at any point, the next round converges to the store that no crash would have left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../../shared/errors.ts";
import { memoryLimits } from "../support/memoryWiring.ts";
import { readStore } from "../support/readStore.ts";
import {
  assertContent,
  type Expected,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../support/tinyWorld.ts";

/** Whatever happened, the dataset can be opened, or is not there yet. */
async function assertReadable(world: TinyWorld, lengthMin: number): Promise<void> {
  const found = await readStore(world.store);
  assert.ok((found?.length ?? 0) >= lengthMin);
}

/** All is told, and nobody holds anything. */
async function assertAtRest(world: TinyWorld, expected: readonly Expected[]): Promise<void> {
  await assertContent(world, expected);
  const [status, { attributes, length }] = [await world.status(), await world.read()];
  assert.deepEqual(
    [status.length, status.commit_seq, status.gap_count],
    [length, attributes.commit_seq, attributes.granule_gap_count],
  );
  assert.deepEqual(await world.ledger.uncommitted("tiny", 10), []);
  for (let chunk = 0; 4 * chunk < length; chunk++) {
    assert.equal((await world.record(chunk)).lease, null);
    for (const { offset, status } of (await world.provenance(chunk)).steps) {
      const step = expected[4 * chunk + offset];
      assert.equal(status, typeof step === "number" ? "present" : step);
    }
  }
}

/** One more run changes nothing. */
async function assertStill(world: TinyWorld): Promise<void> {
  const before = await world.generations();
  assert.equal((await world.run()).taken, 0);
  assert.deepEqual(await world.generations(), before);
}

/**
 * Kills a process before its first write, then another before its second, and so on until one survives; each time on a
 * copy of the same world. Between two writes it makes no difference where a process dies. What it leaves must be
 * readable, and the next run must bring it to rest. Returns the number of writes.
 */
async function killEverywhere(
  base: TinyWorld,
  lengthMin: number,
  expected: readonly Expected[],
): Promise<number> {
  for (let survived = 0; ; survived++) {
    const world = await base.copy();
    let writes = 0;
    let dead = false;
    const live = () => {
      if (dead) throw new Error("killed");
    };
    world.source.meddle = live;
    const wiring = world.wiring({
      around: async ({ operation }, perform) => {
        if (/put|write/.test(operation) && writes++ >= survived) dead = true;
        live();
        return perform();
      },
    });
    const end = await world.run({}, wiring).then(
      () => "finished",
      (error: Error) => error.message,
    );
    world.source.meddle = undefined;
    if (end === "finished") return survived;
    assert.equal(end, "killed");
    await assertReadable(world, lengthMin);
    world.clock.now += memoryLimits.chunkLeaseMs;
    await world.run();
    await assertAtRest(world, expected).catch((error: Error) => {
      error.message = `killed before write ${survived}: ${error.message}`;
      throw error;
    });
    if (survived % 5 === 0) await assertStill(world);
  }
}

/** Six timesteps are visible, of which one is missing and one corrupt; a lot has happened at the provider since. */
async function eventfulWorld(): Promise<[TinyWorld, Expected[]]> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 5);
  world.remove(2);
  world.publish(4, { bytes: new Uint8Array(3) });
  world.at(11);
  await world.run();
  await assertContent(world, present(6).with(2, "missing").with(4, "corrupt"));
  world.publish(1, { revision: 1 });
  world.publish(4, { revision: 2 });
  world.publish(6, { bytes: new Uint8Array(3) });
  world.publish(7);
  world.at(20);
  return [world, [0, 1, "missing", 0, 2, 0, "corrupt", 0]];
}

test("a process that is killed while it creates the dataset leaves what the next run completes", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 1);
  world.at(2);
  assert.ok((await killEverywhere(world, 0, present(2))) > 20);
});

test("a process that is killed while it extends the dataset leaves what the next run completes", async () => {
  const [world, expected] = await eventfulWorld();
  assert.ok((await killEverywhere(world, 6, expected)) > 20);
});

test("a process that is killed while it makes a lost chunk anew never leaves a gap called present", async () => {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 6);
  world.at(8);
  await world.run();
  for (const array of ["rain", "wind"]) await world.store.delete(`tiny.zarr/${array}/1.0.0`, neverAborted);
  world.publish(5, { bytes: new Uint8Array(3) });
  world.publish(7);
  world.at(20);
  const expected: Expected[] = [0, 0, 0, 0, 0, "corrupt", 0, 0];
  assert.ok((await killEverywhere(world, 7, expected)) > 10);
});

test("a process that loses one answer of the store or the ledger leaves what the next run completes", async () => {
  const [base, expected] = await eventfulWorld();
  for (let lost = 0; ; lost++) {
    const world = await base.copy();
    let writes = 0;
    const wiring = world.wiring({
      around: async (call, perform) => {
        const result = await perform();
        if (/put|write/.test(call.operation) && writes++ === lost)
          throw new StorageError(call.operation, call.key, "no answer came");
        return result;
      },
    });
    await world.run({}, wiring).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
    });
    await assertReadable(world, 6);
    if (writes <= lost) {
      assert.ok(lost > 20, `${lost} writes`);
      return;
    }
    await world.run();
    await assertAtRest(world, expected).catch((error: Error) => {
      error.message = `answer ${lost} lost: ${error.message}`;
      throw error;
    });
  }
});
