import { type Assumptions, assumptions } from "../../../shared/estimate/assumptions.ts";
import type { Deployment, Shape } from "../../../shared/estimate/shape.ts";
import { defaultLimits } from "../../../shared/pipeline/wiring.ts";

type Given = { readonly [Part in keyof Assumptions]?: Partial<Assumptions[Part]> };

/** Assumptions in which nothing takes time, nothing fails and nothing is bounded, but for what is given. */
export function weightless(given: Given = {}): Assumptions {
  return {
    ...assumptions,
    store: { readMs: 0, putMs: 0, bytesPerSecond: 1e15, ...given.store },
    ledger: { readMs: 0, writeMs: 0, ...given.ledger },
    queue: { ...assumptions.queue, publishMs: 0, deliveryMs: 0, ...given.queue },
    provider: {
      bytesPerSecond: 1e15,
      connectionBytesPerSecond: 1e15,
      granuleMs: 0,
      requestMs: 0,
      listMs: 0,
      namesPerPage: 1000,
      ...given.provider,
    },
    compute: { inflateMsPerMb: 0, fieldsMsPerMb: 0, encodeMsPerMb: 0, restoreMsPerMb: 0, ...given.compute },
    instance: { ...assumptions.instance, coldStartMs: 0, planLateMs: 1e9, ...given.instance },
    failures: { store: 0, ledger: 0, transfer: 0, granule: 0, againMs: 0, ...given.failures },
  };
}

/** Two arrays, chunks of 4 timesteps of 1 MB, granules of 100 KB. */
export const shape: Shape = {
  arrays: 2,
  fixedCoordinates: 2,
  timeArrays: 3,
  chunkLength: 4,
  stepMs: 3_600_000,
  stepsPerGranule: 1,
  stepBytes: 1e6,
  granuleBytes: 100_000,
  inflatedBytes: 1e6,
  revisedSteps: 48,
  retryFirstMs: 3_600_000,
  isByRequest: false,
  directoriesPerStep: 1 / 24,
  isPaged: false,
  pathsPerStep: 0,
};

export const pace = { ...defaultLimits, commitEveryMs: 0 };

/** So many workers, with as many connections each as leave the provider's 8 whole beside a plan. */
export function deployment(workers: number, given: Partial<Deployment> = {}): Deployment {
  return { shape, workers, connections: Math.max(1, Math.floor(8 / (workers + 1))), pace, ...given };
}

/** So many batches of 4 granules, from the beginning, asked for as a range. */
export function backfill(batches: number) {
  return { batches, granules: 4 * batches, visibleSteps: 0, isUsual: false };
}
