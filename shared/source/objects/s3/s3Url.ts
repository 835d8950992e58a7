import { UsageError } from "../../../errors.ts";
import { bucketFaults, readEndpoint, readObjectUrl, shownUrl } from "../objectUrl.ts";

/** Where an S3 source is. */
export interface S3Address {
  readonly bucket: string;
  /** Of all keys of the source, without slashes at its ends; "" for the whole bucket. */
  readonly prefix: string;
  readonly region: string;
  /** What stands before each key, with a slash at its end. */
  readonly base: URL;
}

const regionDefault = "us-east-1";
const bucketCharactersMax = 63;

/**
 * Reads `s3://bucket/prefix?region=…&endpoint=…`. The region is `us-east-1` if it is absent. At an endpoint, a server of another
 * that speaks S3, the bucket is the first segment of the path; else it is part of the host, unless it has dots, which no
 * certificate covers. Throws a `UsageError` with every fault. Rules of buckets:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
 */
export function parseS3Url(url: string): S3Address {
  const faults: string[] = [];
  const fault = (what: string) => faults.push(`source "${shownUrl(url)}": ${what}`);
  const { bucket, prefix, member } = readObjectUrl(url, "s3", fault);
  for (const one of bucketFaults(bucket, ".-")) fault(one);
  if (bucket !== "" && (bucket.length < 3 || bucket.length > bucketCharactersMax)) {
    fault(`the bucket must have 3 to ${bucketCharactersMax} characters`);
  }
  if (/^(xn--|sthree-)/.test(bucket)) fault("the bucket begins with xn-- or sthree-, as none may");
  if (/--(x-s3|table-s3)$/.test(bucket)) fault("directory and table buckets cannot be read");
  const region = member("region") ?? regionDefault;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(region)) {
    fault("the region must be the code of one, as us-east-1 or eu-central-1");
  }
  const named = member("endpoint");
  const endpoint = named === undefined ? undefined : readEndpoint(named, fault);
  if (faults.length > 0) throw new UsageError(faults);

  if (endpoint) return { bucket, prefix, region, base: new URL(`${bucket}/`, endpoint) };
  const host = `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  const base = bucket.includes(".") ? `https://${host}/${bucket}/` : `https://${bucket}.${host}/`;
  return { bucket, prefix, region, base: new URL(base) };
}
