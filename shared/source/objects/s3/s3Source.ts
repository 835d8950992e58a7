import type { IncomingHttpHeaders } from "node:http";
import { createHttpCalls } from "../../http/core/httpCalls.ts";
import { credentialsStriker } from "../../secrets/auth.ts";
import type { Source } from "../../source.ts";
import { encodedKey, queryOf } from "../keys.ts";
import { type ObjectOptions, objectLimitsDefault } from "../limits.ts";
import { createObjectSource } from "../objectSource.ts";
import { crc32cDamage, md5Damage } from "../sums.ts";
import { headerOf, type PageRequest, type Vendor } from "../vendor.ts";
import { parseS3Page, unquoted } from "./s3Page.ts";
import { s3Refusal } from "./s3Refusals.ts";
import { createSigner } from "./s3Signing.ts";
import { parseS3Url } from "./s3Url.ts";

/**
 * A `Source` on a bucket of S3, or of a server that speaks S3, as `parseS3Url` reads its URL: anonymous, or signed where there are
 * credentials of kind `aws`. Throws a `UsageError` for options that cannot be used.
 *
 * - A version is an ETag. Where it is an MD5, and where a CRC-32C is sent, the bytes are compared with it; those that differ are asked for
 *   once more.
 * - A directory is there while any key begins with it.
 * - Without a right to list, what is absent is answered 403: with `listing: "none"` that is taken for absent, unless nothing else is answered.
 */
export function createS3Source(options: ObjectOptions): Source {
  const { url, credentials, listing, now, limits, http, ...others } = options;
  const address = parseS3Url(url);
  const { bucket, prefix, region, base } = address;
  const aws = credentials?.kind === "aws" ? credentials : undefined;
  const strike = credentialsStriker(aws);
  const vendor: Vendor = {
    scheme: "s3",
    bucket,
    prefix,
    pageUrl: (request) => new URL(`?${queryOf(membersOf(request))}`, base),
    parsePage: parseS3Page,
    objectUrl: (key) => new URL(encodedKey(key), base),
    objectHeaders: { "x-amz-checksum-mode": "ENABLED" },
    ...(aws && { sign: createSigner(aws, region, now) }),
    refusalOf: (refused) => s3Refusal(refused, bucket, region, strike),
    listingRemedy: "give credentials that may list the bucket (s3:ListBucket)",
    versionOf: (headers) => unquoted(headerOf(headers, "etag") ?? ""),
    damageOf,
  };
  const calls = createHttpCalls({ ...others, credentials: aws, base, now, limits: http });
  return createObjectSource(vendor, calls, listing !== "none", { ...objectLimitsDefault, ...limits });
}

function membersOf({ prefix, from, token, keysMax }: PageRequest) {
  return {
    "list-type": "2",
    prefix,
    delimiter: "/",
    "max-keys": String(keysMax),
    "encoding-type": "url",
    ...(token === undefined ? { "start-after": startAfter(prefix, from) } : { "continuation-token": token }),
  };
}

/** What `from` itself comes after, and next to nothing else does that comes before it: the same without its last character. */
function startAfter(prefix: string, from: string): string | undefined {
  return from === "" ? undefined : prefix + [...from].slice(0, -1).join("");
}

/** An ETag is the MD5 of what was put at once, and not encrypted with a key of its own. */
function damageOf(headers: IncomingHttpHeaders, bytes: Uint8Array): string | undefined {
  const etag = unquoted(headerOf(headers, "etag") ?? "");
  const isEncrypted =
    (headerOf(headers, "x-amz-server-side-encryption") ?? "").startsWith("aws:kms") ||
    headers["x-amz-server-side-encryption-customer-algorithm"] !== undefined;
  const isMd5 = /^[0-9a-f]{32}$/.test(etag) && !isEncrypted;
  const damage = crc32cDamage(headerOf(headers, "x-amz-checksum-crc32c"), bytes);
  return damage ?? (isMd5 ? md5Damage(etag, bytes) : undefined);
}
