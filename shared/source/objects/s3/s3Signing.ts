import { AwsV4Signer } from "aws4fetch";
import type { Credentials } from "../../secrets/auth.ts";

export type AwsCredentials = Extract<Credentials, { readonly kind: "aws" }>;

/** SHA-256 of a request without a body. */
const nothingHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The headers that a request to a URL bears, with those that were given. */
export type Signer = (
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
) => Promise<Record<string, string>>;

/**
 * Signs requests without a body (SigV4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). `now`:
 * the wall clock, from which S3's may differ by 15 minutes.
 */
export function createSigner(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  region: string,
  now: () => number,
): Signer {
  const cache = new Map<string, ArrayBuffer>();
  return async (method, url, headers) => {
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, "x-amz-content-sha256": nothingHash },
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: "s3",
      region,
      cache,
      datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    });
    return Object.fromEntries((await signer.sign()).headers);
  };
}
