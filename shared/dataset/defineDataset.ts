import { DescriptorError } from "../errors.ts";
import { basesOf, candidatesOf, preferredFirst } from "./candidates.ts";
import { readUnits } from "./cf.ts";
import { faultsOf } from "./check/faults.ts";
import type { Descriptor } from "./dataset.ts";
import type { DatasetSpec } from "./descriptor.ts";
import { fixedAxis, parseDuration, parseInstant } from "./timeAxis.ts";

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
      ...fixedAxis({
        start,
        stepMs: milliseconds(time.step),
        ...(time.end === undefined ? {} : { end: instant(time.end) }),
      }),
      units: time.units,
      ...(readUnits(time.units) as { epoch: number; unitMs: number }),
      calendar: time.calendar,
      stamp: time.stamp,
      chunkLength: time.chunkLength,
      granulesFrom: start,
    },
    source: {
      url: source.url,
      connectionsMax: source.connectionsMax,
      stepsPerGranule: source.stepsPerGranule ?? 1,
      bases: basesOf(source).map(({ name, url, listing, auth }) => ({
        name,
        url,
        ...(listing && { listing }),
        ...(auth && { auth }),
      })),
      candidates: preferredFirst(candidatesOf(source)),
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

/** What stands in an error for the id of a descriptor that has none. */
export const noId = "?";

/** For the error's first words, whatever was given. */
function idIn(spec: unknown): string {
  const { id } = (spec ?? {}) as Partial<DatasetSpec>;
  return typeof id === "string" ? id.slice(0, 64) : noId;
}

const instant = (text: string) => parseInstant(text) as number;
const milliseconds = (text: string) => parseDuration(text) as number;
