import { UsageError } from "../../../errors.ts";
import { bucketFaults, readEndpoint, readObjectUrl, shownUrl } from "../objectUrl.ts";

/** Where a Cloud Storage source is. */
export interface GcsAddress {
  readonly bucket: string;
  /** Of all names of the source, without slashes at its ends; "" for the whole bucket. */
  readonly prefix: string;
  /** Of the server, with a slash at its end. */
  readonly endpoint: URL;
}

const endpointDefault = "https://storage.googleapis.com/";
const charactersMax = 63;
const charactersWithDotsMax = 222;

/**
 * Reads `gs://bucket/prefix?endpoint=…`; the endpoint is Cloud Storage's own if it is absent. Throws a `UsageError` with every fault.
 * Rules of buckets: https://cloud.google.com/storage/docs/buckets#naming.
 */
export function parseGcsUrl(url: string): GcsAddress {
  const faults: string[] = [];
  const fault = (what: string) => faults.push(`source "${shownUrl(url)}": ${what}`);
  const { bucket, prefix, member } = readObjectUrl(url, "gs", fault);
  for (const one of bucketFaults(bucket, ".-_")) fault(one);
  const isLong =
    bucket.length > charactersWithDotsMax || bucket.split(".").some((part) => part.length > charactersMax);
  if (bucket !== "" && (bucket.length < 3 || isLong)) {
    fault(
      `the bucket must have 3 to ${charactersMax} characters, and up to ${charactersWithDotsMax} where dots divide it`,
    );
  }
  if (/^goog|google/.test(bucket))
    fault("the bucket has google in its name, or begins with goog, as none may");
  const named = member("endpoint");
  const endpoint = named === undefined ? new URL(endpointDefault) : readEndpoint(named, fault);
  if (faults.length > 0 || !endpoint) throw new UsageError(faults);
  return { bucket, prefix, endpoint };
}
