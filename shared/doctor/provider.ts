import { reasonOf, SourceError } from "../errors.ts";
import type { GranuleIdentity, StepRecord } from "../ledger/records.ts";
import { createListing, directoriesOf } from "../pipeline/listing.ts";
import { isDue, isSuspectChanged, judge } from "../pipeline/pending.ts";
import type { Wiring } from "../pipeline/wiring.ts";
import { indexInChunk, timeInChunk } from "../zarr/chunkGrid.ts";
import type { Findings } from "./differences.ts";
import type { ChunkLook } from "./findings/chunkLook.ts";

export type SourceVerdict = "pending" | "revised" | "withdrawn" | "same";

/** What the provider has of a chunk, by offset; `undefined` where it cannot be asked. */
export interface Provider {
  granulesOf(
    chunk: number,
    offsets: readonly number[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, GranuleIdentity> | undefined>;
  /** Compares what is listed for a timestep with what the ledger has taken in. */
  compare(
    step: StepRecord | undefined,
    listed: GranuleIdentity | undefined,
    signal: AbortSignal,
  ): Promise<SourceVerdict>;
  /** Why it could not be asked, the last time. */
  readonly refusal: SourceError | undefined;
}

/** Lists each directory once. A provider that cannot be reached is not asked again. */
export function createProvider({ dataset, source, asOf }: Wiring): Provider {
  const listing = createListing(dataset, source);
  let refusal: SourceError | undefined;
  const refuse = (error: unknown, signal: AbortSignal) => {
    signal.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    refusal = error;
    return undefined;
  };
  const isDead = () => refusal?.fault === "unreachable" || refusal?.fault === "refused";
  return {
    get refusal() {
      return refusal;
    },
    async granulesOf(chunk, offsets, signal) {
      if (isDead()) return undefined;
      const times = offsets.map((offset) => timeInChunk(dataset, chunk, offset));
      try {
        await listing.include(directoriesOf(dataset, times), signal);
      } catch (error) {
        return refuse(error, signal);
      }
      return new Map(
        offsets.flatMap((offset, i) => {
          const granule = listing.find(times[i] as number);
          return granule ? [[offset, granule] as const] : [];
        }),
      );
    },
    async compare(step, listed, signal) {
      if (!listed) return step?.granule ? "withdrawn" : "same";
      const verdict = judge(step, listed, isDue(dataset, step, asOf()), false);
      const isFirst = !step?.granule || step.failed?.granule?.path === listed.path;
      if (verdict === "pending") return isFirst ? "pending" : "revised";
      if (verdict !== "suspect" || !step || isDead()) return "same";
      const asked = source.modifiedAt(listed.path, signal).catch((error) => refuse(error, signal));
      const modifiedAt = await asked;
      return !isDead() && isSuspectChanged(step, listed, modifiedAt) ? "revised" : "same";
    },
  };
}

/** Tells how the steps of a chunk at these offsets compare with what the provider lists. */
export async function tellOfSource(
  wiring: Wiring,
  provider: Provider,
  look: ChunkLook,
  offsets: readonly number[],
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = wiring;
  const listed = await provider.granulesOf(look.chunk, offsets, signal);
  if (!listed) {
    const detail = provider.refusal ? reasonOf(provider.refusal) : "";
    return findings.addChunk("sourceUnavailable", "provider", look.chunk, detail);
  }
  for (const offset of offsets) {
    if (look.lost.includes(offset) || look.unknown.includes(offset)) continue;
    const verdict = await provider.compare(look.record.steps[offset], listed.get(offset), signal);
    if (verdict !== "same")
      findings.addTimestep(verdict, "provider", indexInChunk(dataset, look.chunk, offset));
  }
}
