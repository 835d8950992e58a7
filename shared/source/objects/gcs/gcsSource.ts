import { createHttpCalls } from "../../http/core/httpCalls.ts";
import type { Source } from "../../source.ts";
import { encodedKey, queryOf } from "../keys.ts";
import { type ObjectOptions, objectLimitsDefault } from "../limits.ts";
import { createObjectSource } from "../objectSource.ts";
import { crc32cDamage } from "../sums.ts";
import { headerOf, type PageRequest, type Vendor } from "../vendor.ts";
import { pageFields, parseGcsPage } from "./gcsPage.ts";
import { gcsRefusal } from "./gcsRefusals.ts";
import { parseGcsUrl } from "./gcsUrl.ts";
import { createGoogleSigner } from "./googleSigning.ts";

/**
 * A `Source` on a bucket of Cloud Storage, as `parseGcsUrl` reads its URL: anonymous, or as whoever the process is where there are
 * credentials of kind `google`. Throws a `UsageError` for options that cannot be used.
 *
 * - A version is a generation. The bytes are compared with the CRC-32C that comes with them; those that differ are asked for once more.
 * - A directory is there while any name begins with it.
 * - Without a right to list, what is absent is answered 403: with `listing: "none"` that is taken for absent, unless nothing else is answered.
 */
export function createGcsSource(options: ObjectOptions): Source {
  const { url, credentials, listing, http, ...others } = options;
  const limits = { ...objectLimitsDefault, ...options.limits };
  const { bucket, prefix, endpoint } = parseGcsUrl(url);
  const isAnonymous = credentials?.kind !== "google";
  const signer = isAnonymous ? undefined : createGoogleSigner(limits.tokenMs);
  const strike = signer?.strike ?? ((text: string) => text);
  const objects = new URL(`storage/v1/b/${bucket}/o`, endpoint);
  const vendor: Vendor = {
    scheme: "gs",
    bucket,
    prefix,
    pageUrl: (request) => new URL(`?${queryOf(membersOf(request))}`, objects),
    parsePage: parseGcsPage,
    objectUrl: (key) => new URL(`${bucket}/${encodedKey(key)}`, endpoint),
    // Or what is stored compressed would be inflated on its way, with a sum that is not its own.
    objectHeaders: { "accept-encoding": "gzip" },
    ...(signer && { sign: signer.sign }),
    refusalOf(refused) {
      const { kind, why } = gcsRefusal(refused, bucket, isAnonymous);
      return { kind, why: strike(why) };
    },
    listingRemedy: `${isAnonymous ? 'let auth be "google", and ' : ""}grant roles/storage.objectViewer on gs://${bucket} to the account that this runs as`,
    versionOf: (headers) => headerOf(headers, "x-goog-generation") ?? "",
    damageOf: (headers, bytes) => {
      const sum = /(?:^|[ ,])crc32c=([^,\s]+)/.exec(headerOf(headers, "x-goog-hash") ?? "")?.[1];
      return crc32cDamage(sum, bytes);
    },
  };
  const calls = createHttpCalls({ ...others, base: endpoint, limits: http, strike });
  return createObjectSource(vendor, calls, listing !== "none", limits);
}

function membersOf({ prefix, from, token, keysMax }: PageRequest) {
  return {
    prefix,
    delimiter: "/",
    maxResults: String(keysMax),
    fields: pageFields,
    startOffset: from === "" ? undefined : prefix + from,
    pageToken: token,
  };
}
