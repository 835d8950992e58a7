import { pMapIterable } from "p-map";
import { timeInChunk } from "../../dataset/chunkGrid.ts";
import { granuleOf } from "../../dataset/dataset.ts";
import { GranuleError, SourceError } from "../../errors.ts";
import type { BatchStep } from "../../queue/queue.ts";
import type { DatasetWiring } from "../wiring.ts";
import { type FetchedGranule, fetchGranule, type ReadyGranule, readyGranule } from "./download.ts";

type Sharing = { readonly steps: readonly BatchStep[] };

/**
 * What became of a granule, and the timesteps that it was wanted for, with all that is known of the file by then. `open`: it came, and
 * can be read. `failed`: it did not come, or cannot be read; with its CRC-32C, if it came. `late`: time ran out before it came.
 * `stopped`: the provider became unreachable, before or while it was its turn.
 */
export type GranuleOutcome = Sharing &
  (
    | { readonly outcome: "open"; readonly granule: ReadyGranule }
    | { readonly outcome: "failed"; readonly error: GranuleError; readonly crc32c?: string }
    | { readonly outcome: "stopped"; readonly error: SourceError }
    | { readonly outcome: "late" }
  );
type FetchOutcome =
  | Exclude<GranuleOutcome, { outcome: "open" }>
  | (Sharing & { readonly outcome: "fetched"; readonly granule: FetchedGranule });

/** Granules that are inflated while another is decoded. */
const inflatedAheadMax = 2;

/**
 * Fetches and opens the granules of a chunk's timesteps, which are in order of their offsets, and hands out what became of each in
 * that order. The next are fetched, and those that follow inflated, meanwhile; an open one holds until the next is asked for.
 */
export async function* granulesInOrder(
  wiring: DatasetWiring,
  chunk: number,
  steps: readonly BatchStep[],
  signal: AbortSignal,
): AsyncGenerator<GranuleOutcome, void> {
  const { dataset, late, limits } = wiring;
  const stop = new AbortController();
  const fetching = AbortSignal.any([signal, stop.signal, late]);

  async function fetch(steps: Sharing["steps"]): Promise<FetchOutcome> {
    if (late.aborted) return { steps, outcome: "late" };
    let [{ granule }] = steps as [BatchStep];
    try {
      stop.signal.throwIfAborted();
      const fetched = await wiring.source.fetch(granule, fetching);
      const { version, modifiedAt, sizeBytes = granule.sizeBytes } = fetched;
      granule = { ...granule, version, modifiedAt, sizeBytes };
      return { steps, outcome: "fetched", granule: await fetchGranule(wiring, granule, fetched) };
    } catch (error) {
      signal.throwIfAborted();
      if (error === late.reason) return { steps, outcome: "late" };
      const failure = granuleErrorOf(error);
      if (failure)
        return { steps: steps.map((step) => ({ ...step, granule })), outcome: "failed", error: failure };
      if (!(error instanceof SourceError)) throw error;
      stop.abort(error);
      return { steps, outcome: "stopped", error };
    }
  }

  async function open(fetched: FetchOutcome): Promise<GranuleOutcome> {
    if (fetched.outcome !== "fetched") return fetched;
    const { steps, granule } = fetched;
    const [{ offset }] = steps as [BatchStep];
    const { first } = granuleOf(dataset, timeInChunk(dataset, chunk, offset));
    try {
      return { steps, outcome: "open", granule: await readyGranule(wiring, granule, first) };
    } catch (error) {
      if (!(error instanceof GranuleError)) throw error;
      return failedAfter(granule.identity, steps, error);
    }
  }

  const { granuleBytesMax } = dataset.decoding;
  const largest = Math.max(1, ...steps.map(({ granule }) => granule.sizeBytes ?? granuleBytesMax));
  const aheadMax = Math.max(1, Math.floor(limits.granuleBytesAheadMax / largest));
  const fetched = pMapIterable(granulesOf(steps), fetch, {
    concurrency: Math.min(limits.granulesInFlightMax, aheadMax),
    backpressure: aheadMax,
  });
  try {
    for await (const found of pMapIterable(fetched, open, { concurrency: inflatedAheadMax })) {
      if (found.outcome !== "open") {
        yield found;
        continue;
      }
      const { whole, cut } = wholeSteps(found);
      if (whole.length > 0) yield { ...found, steps: whole };
      found.granule.content.free();
      if (cut.length > 0) yield cutShort(found.granule, cut);
    }
  } finally {
    stop.abort(new Error("the batch has ended"));
  }

  function wholeSteps({ steps, granule }: Extract<GranuleOutcome, { outcome: "open" }>) {
    const isWhole = ({ offset }: BatchStep) =>
      granuleOf(dataset, timeInChunk(dataset, chunk, offset)).frame < granule.content.frames;
    return { whole: steps.filter(isWhole), cut: steps.filter((step) => !isWhole(step)) };
  }

  /** Timesteps that a granule does not have yet, or at all. */
  function cutShort({ identity, content }: ReadyGranule, steps: Sharing["steps"]): GranuleOutcome {
    const { stepsPerGranule } = dataset.source;
    const lacks = `the granule is ${identity.sizeBytes} bytes, which hold ${content.frames} of its ${stepsPerGranule} timesteps`;
    return failedAfter(identity, steps, new GranuleError("length", lacks, { mayGrow: true }));
  }

  /** A failure of a granule that came, as it came. */
  function failedAfter(
    { path, sizeBytes, version, modifiedAt, crc32c }: ReadyGranule["identity"],
    steps: Sharing["steps"],
    error: GranuleError,
  ): Extract<GranuleOutcome, { outcome: "failed" }> {
    const granule = { path, sizeBytes, version, modifiedAt };
    return { steps: steps.map((step) => ({ ...step, granule })), outcome: "failed", error, crc32c };
  }
}

/** A granule of several timesteps is fetched once for those that follow each other. */
function granulesOf(steps: readonly BatchStep[]): Sharing["steps"][] {
  const granules: BatchStep[][] = [];
  for (const step of steps) {
    const last = granules.at(-1);
    if (last?.[0]?.granule.path === step.granule.path) last.push(step);
    else granules.push([step]);
  }
  return granules;
}

/** One file's transfer that fails again and again is that granule's fault while the server still answers. */
function granuleErrorOf(error: unknown): GranuleError | undefined {
  if (error instanceof GranuleError) return error;
  if (error instanceof SourceError && error.fault === "transfer") {
    return new GranuleError("transfer", error.message, { cause: error, mayGrow: true });
  }
  return undefined;
}
