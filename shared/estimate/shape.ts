import { valuesPerStep } from "../dataset/coordinates.ts";
import { type Descriptor, granuleOf } from "../dataset/dataset.ts";
import { covers } from "../dataset/dateRange.ts";
import { pathsOf } from "../dataset/paths/granulePath.ts";
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
  /** Whether a granule is one request, as to HTTP servers and buckets; else it takes commands on a connection. */
  readonly isByRequest: boolean;
  /** Directories of the provider that a plan lists for each timestep that it looks at. */
  readonly directoriesPerStep: number;
  /** Whether a listing comes in pages, as a bucket's does. */
  readonly isPaged: boolean;
  /** Paths that a plan asks for one by one for each timestep, at most: where nothing is listed. */
  readonly pathsPerStep: number;
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
    ...looksPerStep(descriptor),
    isByRequest: /^(https?|s3|gs):/i.test(source.url),
    isPaged: /^(s3|gs):/i.test(source.url),
  };
}

/** What is listed and what is asked for, on average of the first timesteps. */
function looksPerStep(descriptor: Descriptor) {
  const { bases, candidates, stepsPerGranule } = descriptor.source;
  const [directories, paths] = [new Set<string>(), new Set<string>()];
  const spanMs = stepsPerGranule * descriptor.time.stepMs;
  for (let index = 0; index < stepsSampled; index++) {
    const t = descriptor.time.at(index);
    for (const candidate of candidates) {
      if (!covers(candidate, t)) continue;
      const { base = "" } = candidate;
      const isAsked = bases.find(({ name }) => name === base)?.listing === "none";
      for (const path of pathsOf(candidate.path, { first: granuleOf(descriptor, t).first, spanMs })) {
        if (isAsked) paths.add(`${base}:${typeof path === "string" ? path : path.text}`);
        else directories.add(`${base}:${typeof path === "string" ? directoryOf(path) : path.directory}`);
      }
    }
  }
  return { directoriesPerStep: directories.size / stepsSampled, pathsPerStep: paths.size / stepsSampled };
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Bytes that so many timesteps of all arrays take in the bucket. */
export function storedBytes(
  { granuleBytes, stepsPerGranule }: Shape,
  { sizes }: Assumptions,
  steps: number,
): number {
  return (steps / stepsPerGranule) * granuleBytes * sizes.storedPerGranuleByte;
}
