import { indexInChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import { reasonOf, SourceError } from "../../errors.ts";
import type { GranuleIdentity, StepRecord } from "../../ledger/records.ts";
import { unmatchedText } from "../../pipeline/matching.ts";
import { candidatePaths, replacingPaths, searchGranules } from "../../pipeline/plan/candidatePaths.ts";
import { classify, isDue, wantedOf } from "../../pipeline/plan/pending.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { isAt } from "../../source/paths.ts";
import type { Findings } from "../evidence/differences.ts";
import type { Known } from "../evidence/known.ts";
import { offsetsOf } from "../evidence/range.ts";
import type { ChunkCheck } from "./chunkCheck.ts";

/** The newest chunks that anything tells of, and as many after them, are looked through before a provider is not believed. */
const chunksProbedMax = 8;

export type SourceVerdict = "pending" | "revised" | "withdrawn" | "same";

/** What the provider has of a chunk, by offset; `undefined` where it cannot be asked. */
export interface Provider {
  granulesOf(
    chunk: number,
    offsets: readonly number[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, GranuleIdentity> | undefined>;
  /** Compares what is listed for a timestep with what the ledger has ingested. */
  compare(
    time: number,
    step: StepRecord | undefined,
    listed: GranuleIdentity | undefined,
    signal: AbortSignal,
  ): Promise<SourceVerdict>;
  /** Why it could not be asked, the last time. */
  readonly refusal: string;
}

/**
 * Lists each directory once. A provider that cannot be reached is not asked again. One that lists nothing of a chunk, nor
 * of the newest that are known, is looked for in the wrong place: that it lacks a granule is not believed.
 */
export function createProvider(wiring: DatasetWiring, { chunks: known }: Pick<Known, "chunks">): Provider {
  const { dataset, asOf } = wiring;
  const search = searchGranules(wiring, dataset);
  let [refusal, isDead, isBelieved] = ["", false, false];
  let unmatched: string | undefined;

  function refuse(error: unknown, signal: AbortSignal): undefined {
    signal.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    refusal = reasonOf(error);
    // One of several base URLs may be: what others have is still compared.
    isDead = dataset.source.bases.length === 1 && ["unreachable", "refused"].includes(error.fault);
  }

  async function find(chunk: number, offsets: readonly number[], signal: AbortSignal) {
    const wanted = offsets.map((offset) => ({
      paths: candidatePaths(dataset, timeInChunk(dataset, chunk, offset), asOf()),
    }));
    const found = await search.find(wanted, signal);
    for (const [i, one] of wanted.entries()) {
      const why = found[i] ? undefined : search.whyUnknown?.(one);
      if (why) throw why;
    }
    const granules = new Map<number, GranuleIdentity>();
    for (const [i, offset] of offsets.entries()) {
      const file = found[i]?.file;
      if (file) granules.set(offset, file);
    }
    isBelieved ||= granules.size > 0;
    return granules;
  }

  function expectedOf(chunk: number, offsets: readonly number[]) {
    const times = offsets.map((offset) => timeInChunk(dataset, chunk, offset));
    const pathless = times.find((time) => candidatePaths(dataset, time).length === 0);
    return { isExpected: true, ...(pathless !== undefined && { pathless }) };
  }

  async function hasAny(signal: AbortSignal): Promise<boolean> {
    const newest = known.slice(-chunksProbedMax).toReversed();
    const after = Array.from({ length: chunksProbedMax }, (_, i) => (newest[0] ?? -1) + 1 + i);
    for (const chunk of [...newest, ...after])
      if (!isBelieved) await find(chunk, offsetsOf(wiring, chunk, {}), signal);
    return isBelieved;
  }

  return {
    get refusal() {
      return refusal;
    },
    async granulesOf(chunk, offsets, signal) {
      if (isDead) return undefined;
      try {
        const found = await find(chunk, offsets, signal);
        if (offsets.length === 0 || isBelieved || (await hasAny(signal))) return found;
        unmatched ??= unmatchedText({
          ...(await search.report(true, signal)),
          ...expectedOf(chunk, offsets),
        });
        refusal = `nothing matches: ${unmatched}`;
        return undefined;
      } catch (error) {
        return refuse(error, signal);
      }
    },
    async compare(time, step, listed, signal) {
      const replacing = step?.granule && replacingPaths(dataset, time, step.granule.path, asOf());
      // At its age its base URL is not asked for it any more.
      const isAsked = replacing?.some((path) => isAt(path, step?.granule?.path ?? ""));
      if (!listed) return isAsked ? "withdrawn" : "same";
      if (replacing && !replacing.some((path) => isAt(path, listed.path))) return "same";
      const due = isDue(dataset, step, asOf());
      const isFirst = !step?.granule || step.failed?.granule?.path === listed.path;
      const wanted = wantedOf([listed.path], step, { isChecked: !due && !isDead, isOld: false });
      const [found] = (await search.find([wanted], signal).catch((error) => refuse(error, signal))) ?? [];
      const isUnsure = step !== undefined && !due && found?.isKnown === undefined;
      if (isUnsure || classify(step, found, due, false) !== "pending") return "same";
      return isFirst ? "pending" : "revised";
    },
  };
}

/** Tells how the steps of a chunk at these offsets compare with what the provider lists. */
export async function reportSource(
  wiring: DatasetWiring,
  provider: Provider,
  look: ChunkCheck,
  offsets: readonly number[],
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = wiring;
  const listed = await provider.granulesOf(look.chunk, offsets, signal);
  if (!listed) return findings.addChunk("sourceUnavailable", "provider", look.chunk, provider.refusal);
  for (const offset of offsets) {
    if (look.lost.includes(offset) || look.unknown.includes(offset)) continue;
    const time = timeInChunk(dataset, look.chunk, offset);
    const verdict = await provider.compare(time, look.record.steps[offset], listed.get(offset), signal);
    if (verdict !== "same")
      findings.addTimestep(verdict, "provider", indexInChunk(dataset, look.chunk, offset));
  }
}
