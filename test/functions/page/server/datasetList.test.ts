/** What the page accepts as a list of datasets, and what it says of anything else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readDatasetList } from "../../../../functions/page/server/datasetList.ts";

describe("a list of datasets", () => {
  test("is taken whole", () => {
    const list = { store: "/data", plan_topic: null, datasets: [{ dataset: "rain", state: "current" }] };
    assert.equal(readDatasetList(list), list);
  });

  test("that lists nothing is refused with a sentence", () => {
    for (const body of [
      null,
      1,
      "text",
      [],
      {},
      { datasets: null },
      { datasets: [null] },
      { datasets: [{}] },
    ])
      assert.equal(
        readDatasetList(body),
        "The server answered with something that lists no datasets.",
        JSON.stringify(body),
      );
  });
});
