/** Which objects a chunk has, and what they are called: in the store, and in the ledger's record of the chunk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatOf } from "../../../shared/archive/formatOf.ts";
import { objectsOf } from "../../../shared/archive/objectsOf.ts";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";

test("a chunk has one object for each array, with a number for each dimension in its key", () => {
  const names = ["precipitation", "precipitation_error", "source", "uncal_precipitation"];
  const region = [
    [480, 520],
    [0, 480],
    [0, 1440],
  ];
  assert.deepEqual(
    objectsOf(trmm3b42rt, 12).map(({ array, ...object }) => ({ array: array.name, ...object })),
    names.map((name) => ({ array: name, key: `trmm-3b42rt.zarr/${name}/12.0.0`, name, region })),
  );
});

test("chunks of what is like time are called by their numbers", () => {
  const { keys } = formatOf(trmm3b42rt);
  assert.equal(keys.chunk("time", [3]), "time/3");
  assert.equal(keys.chunk("time_bnds", [3, 0]), "time_bnds/3.0");
});
