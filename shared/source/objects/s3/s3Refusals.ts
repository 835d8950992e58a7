import { errorIn } from "../errorDocument.ts";
import { headerOf, type Refusal, type Refused } from "../vendor.ts";

/** Codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html after which nothing else works. */
const finals: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "there is no such access key",
  SignatureDoesNotMatch: "the secret access key is not that of the access key",
  RequestTimeTooSkewed: "this machine's clock differs from the server's by more than 15 minutes",
  ExpiredToken: "the session token has expired",
  InvalidToken: "the session token is none of this access key",
  TokenRefreshRequired: "the session token has expired",
  InvalidSecurity: "the credentials are not accepted",
  AccountProblem: "there is a problem with the account",
  AllAccessDisabled: "all access to the bucket is disabled",
};
const otherRegion = [
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
];

/** What an answer of S3 means that is not 200. `strike`: takes out what is secret. */
export function s3Refusal(
  refused: Refused,
  bucket: string,
  region: string,
  strike: (text: string) => string,
): Refusal {
  const { status, headers } = refused;
  const { code, message, more } = errorIn(refused);
  const said = strike(`${status}${code && ` ${code}`}${message && ` ${message}`}`);
  if (status === 301 || otherRegion.includes(code)) {
    const other = headerOf(headers, "x-amz-bucket-region") ?? more("Region") ?? "";
    if (/^[a-z0-9-]{1,40}$/.test(other) && other !== region) {
      return { kind: "final", why: `the bucket is in another region: write region=${other} into its URL` };
    }
  }
  if (status === 301) return { kind: "final", why: `the bucket is at another endpoint (${said})` };
  if (code === "NoSuchBucket") return { kind: "final", why: `there is no bucket ${bucket}` };
  const final = Object.hasOwn(finals, code) ? finals[code] : undefined;
  if (final !== undefined) return { kind: "final", why: `${final} (${said})` };
  if (status === 401) return { kind: "final", why: `the credentials are not accepted (${said})` };
  if (status === 404) return { kind: "absent", why: said };
  if (code === "InvalidObjectState") {
    return { kind: "failed", why: `it is archived, and cannot be read before it is restored (${said})` };
  }
  return status === 403
    ? { kind: "denied", why: said }
    : { kind: "failed", why: `the server answered ${said}` };
}
