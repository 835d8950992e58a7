/** Signatures of requests to S3: the vendor's published examples, and keys with characters that have to be encoded. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodedKey, queryOf } from "../../../../../shared/source/objects/keys.ts";
import { createSigner } from "../../../../../shared/source/objects/s3/s3Signing.ts";
import { whyNotSigned } from "../../../../support/s3Signature.ts";

const account = {
  kind: "aws",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
} as const;
const now = Date.UTC(2013, 4, 24);
const origin = "https://examplebucket.s3.amazonaws.com";
const sign = createSigner(account, "us-east-1", () => now);

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
for (const [target, signature] of [
  ["/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"],
  ["/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"],
] as const) {
  test(`GET ${target} is signed as the vendor's example is`, async () => {
    const { authorization, ...headers } = await sign("GET", new URL(target, origin), {});
    assert.equal(
      authorization,
      `AWS4-HMAC-SHA256 Credential=${account.accessKeyId}/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
    );
    assert.equal(headers["x-amz-date"], "20130524T000000Z");
  });
}

describe("a signature", () => {
  const signedAs = async (
    method: string,
    target: string,
    given: Readonly<Record<string, string>> = {},
    signer = sign,
  ) => {
    const headers = await signer(method, new URL(target, origin), given);
    const all: Record<string, string> = { host: new URL(origin).host, "user-agent": "any", ...headers };
    return { method, url: target, headers: all };
  };
  const faultOf = (request: Awaited<ReturnType<typeof signedAs>>, at = now) =>
    whyNotSigned(request, account, "us-east-1", at)?.code;

  test("holds for every character that a key or a query may have", async () => {
    const odd = "a b+c%d!'()*,;:@&=$~-_.?#[]\"<>\\^`{|}ä日🌍%2Fé";
    // Some servers sign what came as it came: it is written as it is signed.
    assert.match(encodedKey(odd), /^([A-Za-z0-9._~/-]|%[0-9A-F]{2})*$/);
    for (const character of [odd, ...odd]) {
      assert.equal(faultOf(await signedAs("GET", `/x/k${encodedKey(character)}/y`)), undefined, character);
      assert.equal(
        faultOf(await signedAs("GET", `/?${queryOf({ prefix: character })}`)),
        undefined,
        character,
      );
    }
  });

  test("covers the method, the path, the query and headers of the vendor's own", async () => {
    const request = await signedAs("GET", "/a?list-type=2", { "x-amz-checksum-mode": "ENABLED" });
    assert.equal(faultOf(request), undefined);
    assert.equal(faultOf({ ...request, method: "HEAD" }), "SignatureDoesNotMatch");
    assert.equal(faultOf({ ...request, url: "/b?list-type=2" }), "SignatureDoesNotMatch");
    assert.equal(faultOf({ ...request, url: "/a?list-type=1" }), "SignatureDoesNotMatch");
    const changed = { ...request.headers, "x-amz-checksum-mode": "OFF" };
    assert.equal(faultOf({ ...request, headers: changed }), "SignatureDoesNotMatch");
    const added = { ...request.headers, "x-amz-request-payer": "requester" };
    assert.equal(faultOf({ ...request, headers: added }), "AccessDenied");
  });

  test("is of the clock's time", async () => {
    assert.equal(faultOf(await signedAs("GET", "/a"), now + 16 * 60_000), "RequestTimeTooSkewed");
  });

  test("comes with a session's token", async () => {
    const signer = createSigner({ ...account, sessionToken: "of-a-session" }, "us-east-1", () => now);
    const { headers } = await signedAs("GET", "/a", {}, signer);
    assert.equal(headers["x-amz-security-token"], "of-a-session");
    assert.match(headers.authorization ?? "", /;x-amz-security-token,/);
  });
});
