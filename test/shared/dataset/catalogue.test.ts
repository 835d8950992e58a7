import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, datasetById } from "../../../shared/dataset/catalogue.ts";

test("every dataset of the catalogue is found by its id, which no other has", () => {
  for (const dataset of catalogue) assert.equal(datasetById(dataset.id), dataset);
  assert.equal(new Set(catalogue.map(({ id }) => id)).size, catalogue.length);
});

test("both real datasets are in the catalogue", () => {
  assert.deepEqual(catalogue.map(({ id }) => id).sort(), ["air-temperature", "trmm-3b42rt"]);
});

test("an unknown id is refused with those there are", () => {
  for (const id of ["trmm", "", "TRMM-3B42RT", "__proto__"]) {
    assert.throws(() => datasetById(id), {
      tag: "usage",
      message: `there is no dataset "${id}"; there are: air-temperature, trmm-3b42rt`,
    });
  }
});
