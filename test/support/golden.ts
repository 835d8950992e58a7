import { fileURLToPath } from "node:url";
import { formatOf, groupDocuments } from "../../shared/archive/formatOf.ts";
import { asDescribed } from "../../shared/dataset/dataset.ts";
import { datasetById } from "../../shared/dataset/loadDatasets.ts";
import { documentBytes, type GroupState } from "../../shared/zarr/metadata.ts";
import { catalogue } from "./catalogue.ts";

/** States in which the metadata of the real datasets is kept in git, so that a change of it shows as a diff. */
const states: Readonly<Record<string, GroupState>> = {
  "trmm-3b42rt": { length: 95, commitSeq: 7, modifiedAt: Date.UTC(2000, 2, 13, 1, 2, 3), gapCounts: [2] },
  "air-temperature": { length: 4, commitSeq: 1, modifiedAt: Date.UTC(2013, 0, 2), gapCounts: [0] },
};

export interface Golden {
  readonly id: string;
  /** Where it is kept. */
  readonly path: string;
  /** What it should be by the descriptor as it is now. */
  bytes(): Uint8Array;
}

export const goldens: readonly Golden[] = Object.entries(states).map(([id, state]) => ({
  id,
  path: fileURLToPath(new URL(`../shared/zarr/golden/${id}.zmetadata.json`, import.meta.url)),
  bytes() {
    const dataset = asDescribed(datasetById(id, { datasets: catalogue, faulty: new Map() }));
    return documentBytes(formatOf(dataset).consolidated(groupDocuments(dataset, state)));
  },
}));
