/** A browser that inflates nothing itself. In a file of its own, since it is so for the whole process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../../../functions/page/dataset/field.ts";
import { openDataset } from "../../../../functions/page/dataset/openDataset.ts";
import { counting, serveGroup, smallGroup } from "./handmadeZarr.ts";

test("without DecompressionStream, gzip and zlib chunks are read all the same", async (t) => {
  Reflect.deleteProperty(globalThis, "DecompressionStream");
  assert.equal(typeof DecompressionStream, "undefined");
  const group = await serveGroup(t, smallGroup({ rain: counting("gzip"), snow: counting("zlib") }));
  for (const field of (await openDataset(group.url)).fields) {
    assert.equal(valueAt(await field.grid(1), field.metadata, { row: 2, column: 3 }), 23, field.name);
  }
});
