/** What an array's stored numbers mean. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readFieldMetadata } from "../../../../functions/page/dataset/fieldMetadata.ts";

describe("readFieldMetadata", () => {
  test("unpacks, and knows every number that stands for no value", () => {
    const metadata = readFieldMetadata(
      "t",
      { scale_factor: 0.5, add_offset: 273.15, missing_value: -2, valid_range: [-10, 10] },
      -1,
    );
    assert.equal(metadata.unpack(4), 275.15);
    for (const none of [-1, -2, 11, -11, Number.NaN])
      assert.ok(Number.isNaN(metadata.unpack(none)), String(none));
    assert.deepEqual(metadata.valid, [268.15, 278.15]);
    assert.equal(metadata.decimals, 2);
  });

  test("zero is a value where nothing says otherwise", () => {
    assert.equal(readFieldMetadata("t", {}, null).unpack(0), 0);
  });
});
