import { placeOf } from "../../../../shared/dataset/chunkGrid.ts";
import { refuseNewer } from "../../../../shared/schema.ts";
import type { StatusSummary } from "../../../../shared/status/summary.ts";
import { provenanceKey } from "../../../../shared/zarr/layout.ts";
import type { Api } from "../../server/api.ts";
import type { ProvenanceStep } from "./stepDetails.ts";

/** Records that are cached: as many chunks as somebody compares. */
const recordsMax = 8;

export interface ProvenanceReader {
  /** What is recorded of timestep `index`; `undefined` if nothing is. Throws an `Error` with a sentence. */
  stepAt(index: number, signal: AbortSignal): Promise<ProvenanceStep | undefined>;
}

/** The part of a summary that says which records exist. */
type SummaryPart = Pick<StatusSummary, "dataset" | "chunk_length" | "length">;

/** Reads a dataset's provenance records as they were at one commit, each only when it is asked for. */
export function createProvenanceReader(
  api: Api,
  { dataset, chunk_length, length }: SummaryPart,
): ProvenanceReader {
  const records = new Map<number, readonly ProvenanceStep[]>();
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

  async function read(chunk: number, signal: AbortSignal): Promise<readonly ProvenanceStep[]> {
    const answer = await api.getJson(`data/${provenanceKey(dataset, chunk)}`, signal);
    if (answer.outcome === "absent") return [];
    if (answer.outcome === "failed") throw new Error(answer.fault);
    refuseNewer(`the provenance record of chunk ${chunk}`, answer.body);
    const { steps } = answer.body as { readonly steps?: readonly ProvenanceStep[] };
    if (!Array.isArray(steps)) throw new Error(`the provenance record of chunk ${chunk} cannot be read`);
    return steps;
  }
}
