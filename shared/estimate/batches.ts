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
  const { shape, assumptions, pace, clock, perform, spent } = world;
  const { store, ledger, compute } = assumptions;
  const { arrays, fixedCoordinates, chunkLength, stepsPerGranule } = shape;
  const changeMs = ledger.readMs + ledger.writeMs;
  const chunkMs = (storedBytes(shape, assumptions, chunkLength) / store.bytesPerSecond) * 1000;
  const chunk = chunkCalls(shape);
  const rounds = Math.ceil(arrays / pace.arraysInFlightMax);

  yield* perform(openCalls(shape), (1 + fixedCoordinates) * store.readMs, true);
  yield* perform(changeCalls, changeMs, true);
  begin();
  const since = clock.now;
  // Where the chunk has objects they are read first, one after the other; else each is looked for before its put.
  const reads = { storeReads: chunk.storeReads ?? 0 };
  if (isExisting) yield* perform(reads, arrays * store.readMs + chunkMs, true);
  if (granules > 0) yield* download(world, granules);

  const isMerged = isExisting && granules * stepsPerGranule < chunkLength;
  const restoreMs = isMerged ? compute.restoreMsPerMb : 0;
  const computeMs = chunkMb(shape) * (compute.encodeMsPerMb + restoreMs);
  spent.compute += computeMs;
  yield computeMs;

  const readMs = isExisting ? 0 : store.readMs;
  const puts = isExisting ? { ...chunk, storeReads: 0 } : chunk;
  yield* perform(puts, rounds * (readMs + ledger.readMs + store.putMs) + chunkMs, true);
  yield* world.renew(clock.now - since, pace.chunkLeaseMs);
  yield* perform(changeCalls, changeMs, true);
}

/**
 * Downloads granules over the connections of one instance, and decodes them meanwhile: as quickly as the provider's
 * bandwidth, the connections or the vCPU allow, whichever is the slowest.
 */
function* download(world: World, granules: number): Process {
  const { shape, assumptions, pace, connections, provider, clock, luck, spent } = world;
  const { compute, failures } = assumptions;
  const { connectionBytesPerSecond, granuleMs } = assumptions.provider;
  const { granuleBytes, inflatedBytes, stepBytes, stepsPerGranule } = shape;
  const atOnce = Math.min(connections, pace.granulesInFlightMax, granules);
  const granuleSeconds = granuleMs / 1000 + granuleBytes / connectionBytesPerSecond;
  const carried = (atOnce * granuleBytes) / granuleSeconds;
  const fieldBytes = stepBytes * stepsPerGranule;
  const decodeMs = (inflatedBytes * compute.inflateMsPerMb + fieldBytes * compute.fieldsMsPerMb) / 1e6;
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
