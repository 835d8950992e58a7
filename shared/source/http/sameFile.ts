import { isOther } from "../differs.ts";
import type { Found, KnownFile, SourceFile } from "../source.ts";
import { isSameEtag, readVersion, writeVersion } from "./version.ts";

/** Compares what an index lists at the known path with what was known; `undefined` where that proves nothing. */
export function isSameAsListed(known: KnownFile, listed: SourceFile): boolean | undefined {
  if (known.path !== listed.path || isOther(known.sizeBytes, listed.sizeBytes)) return false;
  const { text } = readVersion(listed.version);
  if (text !== "" && text === readVersion(known.version).text && !mayHideNext(known, text)) return true;
  return known.modifiedAt !== null && known.modifiedAt === listed.modifiedAt ? true : undefined;
}

/** Where a text tells no seconds, a file may be replaced in the minute that it was ingested in, and be listed as before. */
const nearMs = 2 * 60_000;
const seconds = /\d:\d{2}:\d{2}/;

function mayHideNext({ modifiedAt, ingestedAt }: KnownFile, text: string): boolean {
  if (modifiedAt === null || ingestedAt === undefined || seconds.test(text)) return false;
  return Math.abs(ingestedAt - modifiedAt) < nearMs;
}

/**
 * Compares what the server says of the file itself with what was known. The same ETag proves the same file; another one nothing where
 * the dates are the same, since each of several servers may have its own. Where neither is told, what the index says decides; of a
 * file that was replaced by one of the same size without that nothing tells.
 */
export function isSameAsTold(known: KnownFile, told: SourceFile): boolean {
  if (known.path !== told.path || isOther(known.sizeBytes, told.sizeBytes)) return false;
  const [before, now] = [readVersion(known.version), readVersion(told.version)];
  if (isSameEtag(before.etag, now.etag)) return true;
  if (known.modifiedAt !== null && told.modifiedAt !== null) return known.modifiedAt === told.modifiedAt;
  if (before.etag !== undefined && now.etag !== undefined) return false;
  if (before.text !== "" && now.text !== "" && before.text !== now.text) return false;
  const { ingestedAt = Number.POSITIVE_INFINITY } = known;
  return (told.modifiedAt ?? 0) <= ingestedAt;
}

/** What is found where a file was listed, and the server says that of it: `told`, without what the index says. */
export function checkedFound(known: KnownFile, listed: SourceFile, told: SourceFile): Found {
  const { etag } = readVersion(told.version);
  const file: SourceFile = {
    path: listed.path,
    sizeBytes: told.sizeBytes ?? listed.sizeBytes,
    version: writeVersion({ etag, text: readVersion(listed.version).text }),
    modifiedAt: told.modifiedAt ?? listed.modifiedAt,
  };
  if (!isSameAsTold(known, file)) return { file, isKnown: false };
  const news = { version: file.version, modifiedAt: file.modifiedAt ?? known.modifiedAt };
  const isNews = news.version !== known.version || news.modifiedAt !== known.modifiedAt;
  return { file, isKnown: true, ...(isNews && { news }) };
}
