/** Whose work a bundle holds, and under which licence. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BundledPackage, noticesText, placesIn } from "../../../functions/build/notices.ts";
import { UsageError } from "../../../shared/errors.ts";

const input = (bytesInOutput: number) => ({ bytesInOutput });
const output = (inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>) => ({
  bytes: 1,
  inputs,
  imports: [],
  exports: [],
});
const bundled = (over: Partial<BundledPackage>): BundledPackage => ({
  place: "node_modules/a",
  name: "a",
  version: "1.0.0",
  license: "MIT",
  repository: undefined,
  texts: ["Copyright A\r\n\r\nPermission is granted\r\n"],
  ...over,
});

test("the packages of a bundle are those of whose files it holds bytes, wherever they lie", () => {
  const outputs = {
    "a.js": output({
      "functions/index.ts": input(5),
      "node_modules/a/index.js": input(5),
      "node_modules/a/b/c.css": input(5),
      "node_modules/@scope/b/dist/index.js": input(1),
      "node_modules/left-out/index.js": input(0),
    }),
    "b.js": output({ "node_modules/a/node_modules/c/data.json": input(9) }),
  };
  assert.deepEqual(placesIn({ outputs }), [
    "node_modules/@scope/b",
    "node_modules/a",
    "node_modules/a/node_modules/c",
  ]);
});

describe("the notices", () => {
  test("name each version of a package once, in an order of their own, with its text and source", () => {
    const b = bundled({ name: "b", place: "node_modules/b", repository: "https://example.org/b", texts: [] });
    const again = bundled({ place: "node_modules/b/node_modules/a" });
    const newer = bundled({ version: "2.0.0", place: "node_modules/c/node_modules/a" });
    const expected = [
      "What is here holds parts of the packages below, each under its own licence.\n\n",
      `${"=".repeat(80)}\na 1.0.0\nLicence: MIT\n\nCopyright A\n\nPermission is granted\n\n`,
      `${"=".repeat(80)}\na 2.0.0\nLicence: MIT\n\nCopyright A\n\nPermission is granted\n\n`,
      `${"=".repeat(80)}\nb 1.0.0\nLicence: MIT\nSource: https://example.org/b\n`,
    ].join("");
    assert.equal(noticesText([b, newer, bundled({}), again]), expected);
    assert.equal(noticesText([again, bundled({}), newer, b]), expected);
  });

  test("are not made where a package says nothing of its licence", () => {
    const silent = bundled({ license: undefined, texts: [] });
    assert.throws(
      () => noticesText([bundled({ name: "b" }), silent]),
      new UsageError(["node_modules/a says nowhere under which licence it is: bundle another package"]),
    );
    assert.doesNotThrow(() => noticesText([bundled({ license: undefined })]));
  });
});
