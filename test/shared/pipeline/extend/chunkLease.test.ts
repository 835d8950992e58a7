/** Who gives a chunk's lease back leaves what others have to know of the chunk, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseFrom } from "../../../../shared/ledger/lease.ts";
import { chunkRecordKey, NO_RECORD } from "../../../../shared/ledger/ledger.ts";
import { emptyChunk } from "../../../../shared/ledger/records.ts";
import { takeChunkLease } from "../../../../shared/pipeline/extend/chunkLease.ts";
import { neverAborted, tinyWorld } from "../../../support/tinyWorld.ts";

const chunk = 1;

test("a lease that is given back for want of work takes the record along that was made for it", async () => {
  const world = tinyWorld();
  const lease = await takeChunkLease(world.wiring(), chunk, neverAborted);
  await lease?.withdraw();
  assert.equal(await world.ledger.read(chunkRecordKey(world.dataset.id, chunk), neverAborted), undefined);
});

test("that of a dead worker's chunk leaves the record: its objects may hold what nobody recorded", async () => {
  const world = tinyWorld();
  const key = chunkRecordKey(world.dataset.id, chunk);
  const left = { ...emptyChunk(chunk), lease: leaseFrom(world.clock.now - 60_000, "dead", 1000) };
  await world.ledger.write(key, left, NO_RECORD, neverAborted);
  const lease = await takeChunkLease(world.wiring(), chunk, neverAborted);
  assert.equal(lease?.isAbandoned, true);
  await lease?.withdraw();
  const next = await takeChunkLease(world.wiring(), chunk, neverAborted);
  assert.equal(next?.isAbandoned, true, "the next is told");
});
