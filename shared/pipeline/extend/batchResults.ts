import type { GranuleError, SourceError } from "../../errors.ts";
import type { BatchStep } from "../../queue/queue.ts";
import type { ReadyGranule } from "./download.ts";

/** Why a timestep was not ingested, and the CRC-32C of its granule, if that came. */
export interface Failure {
  readonly step: BatchStep;
  readonly error: GranuleError;
  readonly crc32c?: string;
}

/** What became of a batch, by offset in the chunk. */
export interface BatchResults {
  /** The granules whose values the chunk's objects now hold. */
  readonly granules: ReadonlyMap<number, ReadyGranule["identity"]>;
  /** Of those, the ones whose file is the one that was ingested before, with more behind it. */
  readonly grown: ReadonlySet<number>;
  /** Failures that are still to be recorded. */
  readonly failures: ReadonlyMap<number, Failure>;
  readonly failed: number;
  /** Timesteps that time ran out for: they are pending, as before. */
  readonly left: number;
  readonly generations: ReadonlyMap<string, string>;
  /** What ended the batch early. */
  readonly stopped: SourceError | undefined;
}
