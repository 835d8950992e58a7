/** One dataset in the server's list. */
export interface ListedDataset {
  readonly dataset: string;
  readonly title?: string;
  readonly state: string;
  readonly faults?: readonly string[];
}

export interface DatasetList {
  readonly store: string;
  readonly plan_topic: string | null;
  readonly datasets: readonly ListedDataset[];
}

/** A list as it was served, or what is wrong with it in a sentence. */
export function readDatasetList(body: unknown): DatasetList | string {
  const { datasets } = (body ?? {}) as { readonly datasets?: unknown };
  return Array.isArray(datasets) && datasets.every(isListedDataset)
    ? (body as DatasetList)
    : "The server answered with something that lists no datasets.";
}

function isListedDataset(entry: Partial<ListedDataset> | null): boolean {
  return typeof entry?.dataset === "string" && typeof entry.state === "string";
}
