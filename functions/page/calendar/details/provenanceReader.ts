import { placeOf } from "../../../../shared/dataset/chunkGrid.ts";
import { refuseNewer } from "../../../../shared/schema.ts";
import type { StatusSummary } from "../../../../shared/status/summary.ts";
import { provenanceKey } from "../../../../shared/zarr/layout.ts";
import type { Ask } from "../../server/api.ts";
import type { ProvenStep } from "./stepDetails.ts";

/** Records that are kept: as many chunks as somebody compares. */
const recordsMax = 8;

export interface Provenance {
  /** What is recorded of timestep `index`; `undefined` if nothing is. Throws an `Error` with a sentence. */
  stepAt(index: number, signal: AbortSignal): Promise<ProvenStep | undefined>;
}

/** What of a summary says which records there are. */
type Recorded = Pick<StatusSummary, "dataset" | "chunk_length" | "length">;

/** Reads a dataset's provenance records as they were at one commit, each only once it is asked for. */
export function createProvenance(ask: Ask, { dataset, chunk_length, length }: Recorded): Provenance {
  const records = new Map<number, readonly ProvenStep[]>();
  return {
    async stepAt(index, signal) {
      const { chunk, offset } = placeOf(index, chunk_length);
      // A chunk of which nothing is visible may have no record yet.
      if (chunk * chunk_length >= length) return undefined;
      const steps = records.get(chunk) ?? (await read(chunk, signal));
      records.delete(chunk);
      records.set(chunk, steps);
      for (const oldest of records.keys()) if (records.size > recordsMax) records.delete(oldest);
      return steps.find((step) => step.offset === offset);
    },
  };

  async function read(chunk: number, signal: AbortSignal): Promise<readonly ProvenStep[]> {
    const answer = await ask(`data/${provenanceKey(dataset, chunk)}`, signal);
    if (answer.outcome === "absent") return [];
    if (answer.outcome === "failed") throw new Error(answer.fault);
    refuseNewer(`the provenance record of chunk ${chunk}`, answer.body);
    const { steps } = answer.body as { readonly steps?: readonly ProvenStep[] };
    if (!Array.isArray(steps)) throw new Error(`the provenance record of chunk ${chunk} cannot be read`);
    return steps;
  }
}
