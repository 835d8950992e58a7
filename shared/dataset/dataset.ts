import type { BaseUrl, Candidate } from "./candidates.ts";
import type { DatasetSpec, SourceSpec, TimeSpec, UpdatesSpec } from "./descriptor.ts";
import type { TimeAxis } from "./timeAxis.ts";

/** A descriptor that passed its check, with every instant and duration in milliseconds. */
export interface Descriptor extends Omit<DatasetSpec, "time" | "source" | "updates"> {
  readonly time: TimeAxis &
    Pick<TimeSpec, "units" | "calendar" | "stamp" | "chunkLength"> & {
      /** The instant that the units count from, and the milliseconds of one unit. */
      readonly epoch: number;
      readonly unitMs: number;
      /** Where granules of several timesteps are counted from: the start as the descriptor has it. */
      readonly granulesFrom: number;
    };
  readonly source: Pick<SourceSpec, "url" | "connectionsMax"> & {
    /** In order of preference; the first is that of `url`. */
    readonly bases: readonly BaseUrl[];
    /** Of all base URLs, in order of preference. */
    readonly candidates: readonly Candidate[];
    readonly stepsPerGranule: number;
  };
  readonly updates: Pick<UpdatesSpec, "publish" | "batchesMax"> & {
    readonly latencyMs: number;
    readonly patienceMs: number;
    readonly revisionWindowMs: number;
    readonly retryFirstMs: number;
    readonly retryLongestMs: number;
    readonly writtenWithinMs: number;
  };
}

declare const isStoredStart: unique symbol;

/**
 * A dataset as it is stored, or is about to be: its descriptor, with the axis that begins where the store has it begin. Only its
 * axis tells at which index an instant lies; a descriptor's own start may be another.
 */
export interface Dataset extends Descriptor {
  readonly time: Descriptor["time"] & { readonly [isStoredStart]: true };
}

/** The dataset of that descriptor which begins at `start`, an instant on the descriptor's axis. */
export function startingAt(descriptor: Descriptor, start: number): Dataset {
  return { ...descriptor, time: { ...descriptor.time, start } as Dataset["time"] };
}

/** The dataset of that descriptor which begins where the descriptor says, as one does that is created without another start. */
export function asDescribed(descriptor: Descriptor): Dataset {
  return startingAt(descriptor, descriptor.time.start);
}

/** The first timestep of the granule that holds instant `t`, and the place of `t` in it, counted from 0. */
export function granuleOf(
  descriptor: Descriptor,
  t: number,
): { readonly first: number; readonly frame: number } {
  const steps = (t - descriptor.time.granulesFrom) / descriptor.time.stepMs;
  const frame = steps % descriptor.source.stepsPerGranule;
  return { first: t - frame * descriptor.time.stepMs, frame };
}
