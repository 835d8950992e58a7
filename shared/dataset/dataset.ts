import { DescriptorError } from "../errors.ts";
import { readUnits } from "./cf.ts";
import { faultsOf } from "./check/faults.ts";
import { type DateRange, dateRange } from "./dateRange.ts";
import type { DatasetSpec, SourceSpec, TimeSpec, UpdatesSpec } from "./descriptor.ts";
import { parseDuration, parseInstant, type TimeAxis } from "./timeAxis.ts";

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
  readonly source: Omit<SourceSpec, "candidates"> & {
    readonly candidates: readonly (DateRange & { readonly path: string })[];
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

const writtenWithinUsual = "PT1H";
/** What `defineDataset` returned: a copy with changes looks the same, and nobody has checked it. */
const defined = new WeakSet<object>();

/** Checks a descriptor and reads its instants and durations. Throws a `DescriptorError` with all faults at once. */
export function defineDataset(spec: DatasetSpec): Descriptor {
  const faults = faultsOf(spec);
  if (faults.length > 0) throw new DescriptorError(idIn(spec), faults);
  const { time, source, updates } = spec;
  const start = instant(time.start);
  const descriptor: Descriptor = {
    ...spec,
    time: {
      start,
      stepMs: milliseconds(time.step),
      ...(time.end === undefined ? {} : { end: instant(time.end) }),
      units: time.units,
      ...(readUnits(time.units) as { epoch: number; unitMs: number }),
      calendar: time.calendar,
      stamp: time.stamp,
      chunkLength: time.chunkLength,
      granulesFrom: start,
    },
    source: {
      ...source,
      stepsPerGranule: source.stepsPerGranule ?? 1,
      candidates: source.candidates.map(({ path, ...range }) => ({ path, ...dateRange(range) })),
    },
    updates: {
      publish: updates.publish,
      batchesMax: updates.batchesMax,
      latencyMs: milliseconds(updates.latency),
      patienceMs: milliseconds(updates.patience),
      revisionWindowMs: milliseconds(updates.revisionWindow),
      retryFirstMs: milliseconds(updates.retry.first),
      retryLongestMs: milliseconds(updates.retry.longest),
      writtenWithinMs: milliseconds(updates.writtenWithin ?? writtenWithinUsual),
    },
  };
  defined.add(descriptor);
  return descriptor;
}

/** Whether it is what `defineDataset` returned, itself and no copy of it. */
export function isDefined(value: object): value is Descriptor {
  return defined.has(value);
}

/** For the error's first words, whatever was given. */
function idIn(spec: unknown): string {
  const { id } = (spec ?? {}) as Partial<DatasetSpec>;
  return typeof id === "string" ? id.slice(0, 64) : "?";
}

/** The dataset of that descriptor which begins at `start`, an instant on the descriptor's axis. */
export function startingAt(descriptor: Descriptor, start: number): Dataset {
  return { ...descriptor, time: { ...descriptor.time, start } as Dataset["time"] };
}

/** The dataset of that descriptor which begins where the descriptor says, as one does that is created without another start. */
export function asDescribed(descriptor: Descriptor): Dataset {
  return startingAt(descriptor, descriptor.time.start);
}

/** Values in one timestep of an array. */
export function valuesPerStep(dataset: Pick<DatasetSpec, "dimensions">): number {
  return dataset.dimensions.reduce((product, { count }) => product * count, 1);
}

/** The first timestep of the granule that holds instant `t`, and the place of `t` in it, counted from 0. */
export function granuleOf(
  dataset: Descriptor,
  t: number,
): { readonly first: number; readonly frame: number } {
  const steps = (t - dataset.time.granulesFrom) / dataset.time.stepMs;
  const frame = steps % dataset.source.stepsPerGranule;
  return { first: t - frame * dataset.time.stepMs, frame };
}

const instant = (text: string) => parseInstant(text) as number;
const milliseconds = (text: string) => parseDuration(text) as number;
