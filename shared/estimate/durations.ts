import type { Assumptions } from "./assumptions.ts";
import {
  batchCalls,
  callsAtOnceMax,
  publicationCalls,
  publicationOf,
  type Round,
  recordsPerPage,
} from "./calls.ts";
import { type Deployment, type Shape, storedBytes, type Work } from "./shape.ts";

/** Changing a record of the ledger, and opening a dataset: its record, its metadata, then its coordinates at once. */
export function basicMs({ ledger, store }: Assumptions) {
  return { changeMs: ledger.readMs + ledger.writeMs, openMs: ledger.readMs + 2 * store.readMs };
}

/** How much more is asked for where a share of all fails, however often. */
export const odds = (failing: number) => failing / (1 - failing);

/**
 * Of one batch: its calls, which follow each other; what its granules take over the connections of one instance, and of its
 * vCPU meanwhile; and what they take of the provider's bandwidth.
 */
export function batchTimes(
  { batches, granules, visibleSteps }: Work,
  { shape, connections, pace }: Deployment,
  assumptions: Assumptions,
) {
  const { store, ledger, compute, provider, failures } = assumptions;
  const { granuleBytes, inflatedBytes, stepBytes, stepsPerGranule, chunkLength, arrays } = shape;
  const { changeMs, openMs } = basicMs(assumptions);
  const count = granules / Math.max(1, batches);
  /** The share of batches whose chunk has objects already: the first, if any. */
  const existing = visibleSteps % chunkLength > 0 ? 1 / Math.max(1, batches) : 0;
  const chunkMs = (storedBytes(shape, assumptions, chunkLength) / store.bytesPerSecond) * 1000;
  const putsMs = Math.ceil(arrays / pace.arraysInFlightMax) * (ledger.readMs + store.putMs) + chunkMs;
  const { storeReads, storePuts, ledgerReads, ledgerWrites } = batchCalls(shape);
  const repeated =
    odds(failures.store) * (storeReads + storePuts) + odds(failures.ledger) * (ledgerReads + ledgerWrites);

  const transfers = count * (1 + odds(failures.transfer));
  const atOnce = Math.min(connections, pace.granulesInFlightMax, Math.max(1, count));
  const askingMs = shape.isByRequest ? provider.requestMs : provider.granuleMs;
  const granuleMs = askingMs + (granuleBytes / provider.connectionBytesPerSecond) * 1000;
  const brokenMs = (transfers - count) * failures.againMs;
  const fieldsMs = stepBytes * stepsPerGranule * compute.fieldsMsPerMb;
  const decodeMs = (inflatedBytes * compute.inflateMsPerMb + fieldsMs) / 1e6;
  const encodeMsPerMb = compute.encodeMsPerMb + existing * compute.restoreMsPerMb;
  return {
    callsMs:
      openMs +
      2 * changeMs +
      ledger.readMs +
      store.readMs +
      existing * chunkMs +
      putsMs +
      repeated * failures.againMs,
    connectionsMs: (transfers * granuleMs + brokenMs) / atOnce,
    /** Of that, what passes until requests are answered. */
    requestsMs: shape.isByRequest ? (transfers * askingMs) / atOnce : 0,
    computeMs: count * decodeMs + ((stepBytes * chunkLength) / 1e6) * encodeMsPerMb,
    providerMs: ((transfers * granuleBytes) / provider.bytesPerSecond) * 1000,
  };
}

/** One publication of so many batches: what the stages do one after the other, and what at once. */
export function publicationMs(
  work: Work,
  { shape }: Deployment,
  batches: number,
  assumptions: Assumptions,
): number {
  const { store, ledger, queue } = assumptions;
  const { changeMs } = basicMs(assumptions);
  const publication = publicationOf(work, shape, 0, batches, 0);
  const groupReads = 2 + Math.ceil((shape.arrays + shape.timeArrays + 1) / callsAtOnceMax);
  const questions = 2 + Math.ceil(publication.chunksAhead / recordsPerPage);
  const scanMs = (groupReads + publication.statusChunks + 1) * store.readMs + questions * ledger.readMs;
  const puts = publicationCalls(shape, publication).storePuts - publication.chunks;
  if (batches === 0) return 2 * changeMs + scanMs + puts * store.putMs;
  // The shapes of all data are put at once, then those of what is like time; the collection beside the status.
  const putsInRow = puts - (shape.arrays - 1) - (shape.timeArrays - 1) - 1;
  const provenanceMs = Math.ceil(batches / callsAtOnceMax) * (store.readMs + store.putMs + changeMs);
  const askedMs = 2 * ledger.readMs + queue.publishMs;
  return 2 * changeMs + scanMs + putsInRow * store.putMs + provenanceMs + askedMs;
}

/** How long a plan opens, lists and compares before it sends. */
export function scanMs(
  { chunks, isUsual, isFirst }: Round,
  { shape, connections }: Deployment,
  assumptions: Assumptions,
): number {
  const { changeMs, openMs } = basicMs(assumptions);
  const steps = chunks * shape.chunkLength;
  const questions = Math.ceil(chunks / recordsPerPage) + (isUsual && isFirst ? 3 : 0);
  const { ledger, provider } = assumptions;
  const inTurn = (calls: number) => Math.ceil(Math.ceil(calls) / connections);
  const listedMs = inTurn(steps * listingsPerStep(shape, assumptions)) * provider.listMs;
  const askedMs = inTurn(steps * shape.pathsPerStep) * provider.requestMs;
  return (isUsual ? changeMs : 0) + openMs + listedMs + askedMs + questions * ledger.readMs;
}

/** A page of a bucket's names is a listing. It holds those from the first that is wanted on. */
function listingsPerStep(
  { directoriesPerStep, isPaged, stepsPerGranule }: Shape,
  { provider: { namesPerPage } }: Assumptions,
): number {
  if (!isPaged || directoriesPerStep === 0) return directoriesPerStep;
  const names = 1 / (directoriesPerStep * stepsPerGranule);
  return directoriesPerStep * Math.max(1, Math.ceil(names / namesPerPage));
}
