import type { Assumptions } from "./assumptions.ts";
import { changeCalls, chunkCalls, openCalls } from "./calls.ts";
import type { Process } from "./clock.ts";
import { chunkMb, storedBytes } from "./shape.ts";
import type { World } from "./world.ts";

/** A batch on its way: nobody has begun it, somebody has its chunk's lease, or it is recorded. */
export interface Batch {
  /** Its place among all, counted from 0. */
  readonly number: number;
  readonly granules: number;
  /** Whether its chunk has objects already. */
  readonly isExisting: boolean;
  state: "sent" | "held" | "recorded";
}

/**
 * Takes a batch in, up to its record: what `extend` does before it commits. `begin` when its chunk's lease is taken.
 */
export function* takeIn(world: World, { granules, isExisting }: Batch, begin: () => void): Process {
  const { shape, assumptions, pace, clock, perform } = world;
  const { store, ledger } = assumptions;
  const { arrays, chunkLength } = shape;
  const changeMs = ledger.readMs + ledger.writeMs;
  const chunkMs = (storedBytes(shape, assumptions, chunkLength) / store.bytesPerSecond) * 1000;
  const chunk = chunkCalls(shape);
  const rounds = Math.ceil(arrays / pace.arraysInFlightMax);

  yield* perform(openCalls(shape), openMs(assumptions), true);
  yield* perform(changeCalls, changeMs, true);
  begin();
  const since = clock.now;
  // The chunk's objects are read at once: those that must be there first, else as the first timestep comes.
  const reads = { storeReads: chunk.storeReads ?? 0 };
  yield* perform(reads, store.readMs + (isExisting ? chunkMs : 0), true);
  if (granules > 0) yield* download(world, granules, isExisting);
  const puts = { ...chunk, storeReads: 0 };
  yield* perform(puts, rounds * (ledger.readMs + store.putMs) + chunkMs, true);
  yield* world.renew(clock.now - since, pace.chunkLeaseMs);
  yield* perform(changeCalls, changeMs, true);
}

/** How long opening a dataset takes: the ledger's record of it, its metadata, then its coordinates at once. */
export function openMs({ store, ledger }: Assumptions): number {
  return ledger.readMs + 2 * store.readMs;
}

/**
 * Downloads granules over the connections of one instance, and decodes and compresses meanwhile: as quickly as the
 * provider's bandwidth, the connections or the vCPU allow, whichever is the slowest. What stands in the chunk already is
 * decompressed and compressed with it.
 */
function* download(world: World, granules: number, isExisting: boolean): Process {
  const { shape, assumptions, pace, connections, provider, clock, luck, spent } = world;
  const { compute, failures } = assumptions;
  const { connectionBytesPerSecond, granuleMs } = assumptions.provider;
  const { granuleBytes, inflatedBytes, stepBytes, stepsPerGranule } = shape;
  const atOnce = Math.min(connections, pace.granulesInFlightMax, granules);
  const granuleSeconds = granuleMs / 1000 + granuleBytes / connectionBytesPerSecond;
  const carried = (atOnce * granuleBytes) / granuleSeconds;
  const fieldBytes = stepBytes * stepsPerGranule;
  const chunkMs = chunkMb(shape) * (compute.encodeMsPerMb + (isExisting ? compute.restoreMsPerMb : 0));
  const decodeMs =
    (inflatedBytes * compute.inflateMsPerMb + fieldBytes * compute.fieldsMsPerMb) / 1e6 + chunkMs / granules;
  const decoded = (granuleBytes / decodeMs) * 1000;
  const broken = luck.transfer(granules);

  const since = clock.now;
  const sharedMs = yield* provider.transfer((granules + broken) * granuleBytes, Math.min(carried, decoded));
  const cause = decoded < carried ? "compute" : "connections";
  spent.provider += sharedMs;
  spent[cause] += clock.now - since - sharedMs;
  const brokenMs = (broken * failures.againMs) / atOnce;
  spent.connections += brokenMs;
  yield brokenMs;
}
