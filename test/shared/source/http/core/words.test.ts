import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectionFault, isSigned, shownUrl } from "../../../../../shared/source/http/core/words.ts";

describe("a URL as it is shown", () => {
  for (const [url, shown] of [
    ["https://me:secret@a.example:8443/x%20y?b=1#c", "https://a.example:8443/x%20y?b=1"],
    ["http://[::1]:80/", "http://[::1]/"],
    [
      "https://b.example/?X-Amz-Algorithm=A&X-Amz-Credential=C&X-Amz-Signature=S&X-Amz-Security-Token=T&X-Amz-Expires=1",
      "https://b.example/?X-Amz-Algorithm=A&X-Amz-Credential=***&X-Amz-Signature=***&X-Amz-Security-Token=***&X-Amz-Expires=1",
    ],
    [
      "https://b.example/?GoogleAccessId=G&Expires=1&Signature=S&X-Goog-Signature=S",
      "https://b.example/?GoogleAccessId=***&Expires=1&Signature=***&X-Goog-Signature=***",
    ],
    ["https://b.example/?sv=1&sig=a%2Bb", "https://b.example/?sv=1&sig=***"],
    [
      "https://b.example/?token=a=b&access_token=c&api-key=d&t%6Fken=e",
      "https://b.example/?token=***&access_token=***&api-key=***&t%6Fken=***",
    ],
    ["https://b.example/?tokens=1&key=2&%zz=3", "https://b.example/?tokens=1&key=2&%zz=3"],
  ] as const)
    test(url, () => assert.equal(shownUrl(new URL(url)), shown));
});

for (const [url, signed] of [
  ["https://b.example/?X-Amz-Signature=S", true],
  ["https://b.example/?x-goog-signature=S", true],
  ["https://b.example/?Signature=S&Expires=1", true],
  ["https://b.example/?sig=S", true],
  ["https://b.example/?token=S", false],
  ["https://b.example/signature", false],
] as const)
  test(`${url} is ${signed ? "signed" : "not signed"}`, () => assert.equal(isSigned(new URL(url)), signed));

test("what Node says is told in plain words, with its code", () => {
  const coded = (code: string, message = "it said so") =>
    connectionFault(Object.assign(new Error(message), { code }));
  assert.deepEqual(coded("CERT_HAS_EXPIRED"), {
    why: "CERT_HAS_EXPIRED its certificate has expired",
    isCertificate: true,
  });
  assert.deepEqual(coded("ENOTFOUND"), { why: "ENOTFOUND there is no such host", isCertificate: false });
  assert.equal(
    coded("HPE_INVALID_VERSION", "Parse Error: x").why,
    "HPE_INVALID_VERSION the answer is no HTTP (Parse Error: x)",
  );
  assert.equal(coded("EODD").why, "EODD it said so");
  assert.equal(coded("EODD", "EODD came\nand more").why, "EODD came");
  assert.equal(connectionFault("odd").why, "odd");
});
