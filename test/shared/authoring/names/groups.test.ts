/** Names that say when a granule ends are held against that too, as a plan does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { heldAgainst } from "../../../../shared/authoring/names/groups.ts";

const files = ["S000000-E002959.0000", "S003000-E005959.0030"].map((stamps) => {
  const path = `3B.20261130-${stamps}.x`;
  return { path, shown: path, sizeBytes: 1, version: "", modifiedAt: 0 };
});

for (const [of, fitting] of [
  ["last", 2],
  ["end", 0],
] as const) {
  test(`IMERG's names by {${of}:HHmmss}: ${fitting} fit`, () => {
    const template = `3B.{YYYYMMDD}-S{HHmmss}-E{${of}:HHmmss}.{minute}.x`;
    const { group, others } = heldAgainst(template, files, "");
    assert.deepEqual([group.files.length, others.length], [fitting, 2 - fitting]);
  });
}
