import assert from "node:assert/strict";
import { test } from "node:test";
import { readEtag } from "../../../../shared/source/http/version.ts";

for (const [header, etag] of [
  ['"1"', '"1"'],
  ['W/"1"', 'W/"1"'],
  [" bare ", '"bare"'],
  ['half"', '"half"'],
  ['""', undefined],
  ['W/""', undefined],
  ['"', undefined],
  ["", undefined],
  [undefined, undefined],
  [`"${"x".repeat(198)}"`, `"${"x".repeat(198)}"`],
  [`"${"x".repeat(199)}"`, undefined],
] as const)
  test(`the ETag of ${header} is ${etag}`, () => assert.equal(readEtag(header), etag));
