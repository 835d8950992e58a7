import { valuesPerStep } from "../dataset/coordinates.ts";
import { type Descriptor, granuleOf } from "../dataset/dataset.ts";
import { covers } from "../dataset/dateRange.ts";
import { granulePath } from "../dataset/granulePath.ts";
import { itemBytes } from "../dataset/values.ts";
import type { Limits } from "../pipeline/wiring.ts";
import { hasBounds } from "../zarr/metadata.ts";
import type { Assumptions } from "./assumptions.ts";

/** What of a dataset its costs depend on. */
export interface Shape {
  readonly arrays: number;
  /** Coordinates that never grow, each of one object. */
  readonly fixedCoordinates: number;
  /** Arrays along time besides the data: `granule_status`, `time` and, where there are bounds, `time_bnds`. */
  readonly timeArrays: number;
  readonly chunkLength: number;
  readonly stepMs: number;
  readonly stepsPerGranule: number;
  /** Bytes of one timestep of all arrays before compression. */
  readonly stepBytes: number;
  /** Bytes of a granule as the provider sends it, and as it is inflated: none if it comes as it is. */
  readonly granuleBytes: number;
  readonly inflatedBytes: number;
  /** Timesteps that each plan looks at again for replaced granules. */
  readonly revisedSteps: number;
  readonly retryFirstMs: number;
  /** Directories of the provider that a plan lists for each timestep that it looks at. */
  readonly directoriesPerStep: number;
}

/** A series of batches, counted from 0, whose chunks follow each other from the end of what is visible. */
export interface Work {
  readonly batches: number;
  /** Over all batches, as evenly as can be. */
  readonly granules: number;
  /** Timesteps that are published already. */
  readonly visibleSteps: number;
  /** By the plans of the usual window, which compare the revision window again; else by one of a range. */
  readonly isUsual: boolean;
}

/** How the work is done: limits of the stages are named as there. */
export interface Deployment {
  readonly shape: Shape;
  /** Batches at once, and instances of `extend`. */
  readonly workers: number;
  /** Of each instance to the provider. */
  readonly connections: number;
  readonly pace: Limits;
}

const stepsSampled = 2000;

/** The shape of a dataset whose granules have `granuleBytes` each. */
export function shapeOf(descriptor: Descriptor, granuleBytes: number): Shape {
  const { arrays, dimensions, auxiliaries = [], time, source, decoding, updates } = descriptor;
  const values = valuesPerStep(descriptor);
  const bytesOf = (types: readonly (keyof typeof itemBytes)[]) =>
    types.reduce((sum, type) => sum + itemBytes[type] * values, 0);
  const rawBytes = source.stepsPerGranule * bytesOf(decoding.blocks.map(({ type }) => type));
  return {
    arrays: arrays.length,
    fixedCoordinates: dimensions.length + auxiliaries.length,
    timeArrays: hasBounds(descriptor) ? 3 : 2,
    chunkLength: time.chunkLength,
    stepMs: time.stepMs,
    stepsPerGranule: source.stepsPerGranule,
    stepBytes: bytesOf(arrays.map(({ dtype }) => dtype)),
    granuleBytes: Math.max(1, granuleBytes),
    inflatedBytes: decoding.compression === "none" ? 0 : rawBytes,
    revisedSteps: Math.ceil(updates.revisionWindowMs / time.stepMs),
    retryFirstMs: updates.retryFirstMs,
    directoriesPerStep: directoriesOf(descriptor, stepsSampled) / stepsSampled,
  };
}

/** Directories that may hold the first so many timesteps. */
function directoriesOf(descriptor: Descriptor, steps: number): number {
  const directories = new Set<string>();
  const spanMs = descriptor.source.stepsPerGranule * descriptor.time.stepMs;
  for (let index = 0; index < steps; index++) {
    const t = descriptor.time.at(index);
    for (const candidate of descriptor.source.candidates) {
      if (!covers(candidate, t)) continue;
      const path = granulePath(candidate.path, granuleOf(descriptor, t).first, spanMs);
      directories.add(path.slice(0, path.lastIndexOf("/") + 1));
    }
  }
  return directories.size;
}

/** Bytes that so many timesteps of all arrays take in the bucket. */
export function storedBytes(
  { granuleBytes, stepsPerGranule }: Shape,
  { sizes }: Assumptions,
  steps: number,
): number {
  return (steps / stepsPerGranule) * granuleBytes * sizes.storedPerGranuleByte;
}
