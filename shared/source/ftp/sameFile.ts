import { isOther } from "../differs.ts";
import type { Found, KnownFile, SourceFile } from "../source.ts";
import type { FtpClient } from "./client.ts";

/** Compares what is listed at the known path with what was known; `undefined` where the listing proves nothing. */
export function isSameAsListed(known: KnownFile, listed: SourceFile): boolean | undefined {
  if (known.path !== listed.path || isOther(known.sizeBytes, listed.sizeBytes)) return false;
  const knownAt = dateOf(known);
  if (knownAt !== null && listed.modifiedAt !== null) return knownAt === listed.modifiedAt;
  // The date of a link is its own: what it leads to may have changed.
  const isTold = listed.sizeBytes !== null && listed.version !== "";
  return isTold && known.version === listed.version ? true : undefined;
}

/**
 * Asks the server itself about a file of which the listing proves nothing. Exact dates decide. Where one of the two is unknown, the listing's text does, the size
 * (SIZE, where none is listed), and a date after the ingestion. Any other date is noted: a ledger may have been written without dates,
 * and for no more than that a whole window would be ingested again. Of a file replaced by one of the same size with an older date
 * nothing tells.
 */
export async function checkedFound(
  client: FtpClient,
  known: KnownFile,
  listed: SourceFile,
  signal: AbortSignal,
): Promise<Found> {
  const changed = { file: listed, isKnown: false };
  const { ingestedAt = Number.POSITIVE_INFINITY } = known;
  const knownAt = dateOf(known);
  const saidAt = await client.modifiedAt(listed.path, signal);
  const modifiedAt = saidAt ?? knownAt;
  const isDated = saidAt !== undefined && knownAt !== null;
  if (isDated && modifiedAt !== knownAt) return changed;
  if (!isDated && (known.version !== listed.version || (saidAt ?? 0) > ingestedAt)) return changed;
  if (!isDated && listed.sizeBytes === null) {
    const sizeBytes = await client.sizeBytes(listed.path, signal);
    if (isOther(known.sizeBytes, sizeBytes ?? null)) return changed;
  }
  const isNews = known.version !== listed.version || modifiedAt !== knownAt;
  return { file: listed, isKnown: true, ...(isNews && { news: { version: listed.version, modifiedAt } }) };
}

/** 1970 itself stands for a date that a server does not know; it was kept as one. */
function dateOf({ modifiedAt }: SourceFile): number | null {
  return modifiedAt === 0 ? null : modifiedAt;
}
