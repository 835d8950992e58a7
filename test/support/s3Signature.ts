/** What S3 does with the signature of a request: worked out from the vendor's description, with nothing of what signs. */
import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface S3Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An answer that refuses, as S3 words it. `more`: further elements of its document. */
export interface S3Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly more?: Readonly<Record<string, string>>;
}

const skewMaxMs = 15 * 60_000;
const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Why a request is not the account's; `undefined` where it is. */
export function whyNotSigned(
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  account: S3Account,
  region: string,
  nowMs: number,
): S3Refusal | undefined {
  const { method = "", url = "", headers } = request;
  const [, keyId, day = "", signedRegion, names = "", signature] =
    form.exec(headers.authorization ?? "") ?? [];
  if (keyId === undefined) {
    return { status: 400, code: "InvalidArgument", message: "Unsupported Authorization Type" };
  }
  if (keyId !== account.accessKeyId) {
    const message = "The AWS Access Key Id you provided does not exist in our records.";
    return { status: 403, code: "InvalidAccessKeyId", message };
  }
  if (signedRegion !== region) {
    const message = `The authorization header is malformed; the region '${signedRegion}' is wrong; expecting '${region}'`;
    return { status: 400, code: "AuthorizationHeaderMalformed", message, more: { Region: region } };
  }
  if ((account.sessionToken ?? "") !== (headers["x-amz-security-token"] ?? "")) {
    return {
      status: 400,
      code: "InvalidToken",
      message: "The provided token is malformed or otherwise invalid.",
    };
  }
  const stamp = String(headers["x-amz-date"]);
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(at - nowMs) <= skewMaxMs)) {
    const message = "The difference between the request time and the current time is too large.";
    return { status: 403, code: "RequestTimeTooSkewed", message };
  }
  const signed = names.split(";");
  const unsigned = Object.keys(headers).filter((name) => name.startsWith("x-amz-") && !signed.includes(name));
  if (unsigned.length > 0 || !signed.includes("host")) {
    const message = "There were headers present in the request which were not signed";
    return { status: 403, code: "AccessDenied", message, more: { HeadersNotSigned: unsigned.join(", ") } };
  }
  const canonical = [
    method,
    ...canonicalTarget(url),
    ...signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, " ")}`),
    "",
    names,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = [
    "AWS4-HMAC-SHA256",
    stamp,
    scope,
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce(
    (before: string | Buffer, part) => createHmac("sha256", before).update(part).digest(),
    `AWS4${account.secretAccessKey}`,
  );
  if (createHmac("sha256", key).update(toSign).digest("hex") === signature) return undefined;
  const message =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
  return { status: 403, code: "SignatureDoesNotMatch", message, more: { CanonicalRequest: canonical } };
}

/** Path and query as they are signed: decoded as they came, and encoded once. */
function canonicalTarget(url: string): [string, string] {
  const question = url.indexOf("?");
  const path = question < 0 ? url : url.slice(0, question);
  const query = question < 0 ? "" : url.slice(question + 1);
  const members = query
    .split("&")
    .filter((member) => member !== "")
    .map((member) => {
      const [name = "", value = ""] = member
        .split("=", 2)
        .map((part) => uriEncoded(decodeURIComponent(part)));
      return `${name}=${value}`;
    });
  return [uriEncoded(decodeURIComponent(path)).replaceAll("%2F", "/"), members.sort().join("&")];
}

/** Every byte but A-Z a-z 0-9 - . _ ~ as `%XX`. */
function uriEncoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
