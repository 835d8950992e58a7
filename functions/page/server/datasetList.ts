/** One dataset in the server's listing. */
export interface Listed {
  readonly dataset: string;
  readonly title?: string;
  readonly state: string;
  readonly faults?: readonly string[];
}

export interface Listing {
  readonly store: string;
  readonly plan_topic: string | null;
  readonly datasets: readonly Listed[];
}

/** A listing as it was served, or what is wrong with it in a sentence. */
export function readListing(body: unknown): Listing | string {
  const { datasets } = (body ?? {}) as { readonly datasets?: unknown };
  return Array.isArray(datasets) && datasets.every(isListed)
    ? (body as Listing)
    : "The server answered with something that lists no datasets.";
}

function isListed(listed: Partial<Listed> | null): boolean {
  return typeof listed?.dataset === "string" && typeof listed.state === "string";
}
