import assert from "node:assert/strict";
import { test } from "node:test";
import { datasetById, loadDatasets } from "../../../../shared/dataset/loadDatasets.ts";
import { DescriptorError } from "../../../../shared/errors.ts";
import { catalogue } from "../../../support/catalogue.ts";

const shipped = { datasets: catalogue, faulty: new Map<string, DescriptorError>() };

test("every dataset of the catalogue is found by its id, which no other has", () => {
  for (const dataset of catalogue) assert.equal(datasetById(dataset.id, shipped), dataset);
  assert.equal(new Set(catalogue.map(({ id }) => id)).size, catalogue.length);
});

test("both real datasets are in the catalogue", () => {
  assert.deepEqual(catalogue.map(({ id }) => id).sort(), ["air-temperature", "trmm-3b42rt"]);
});

test("an unknown id is refused with those there are, and the one that may be meant", () => {
  for (const [id, meant] of [
    ["trmm", "; did you mean trmm-3b42rt?"],
    ["TRMM-3B42RT", "; did you mean trmm-3b42rt?"],
    ["", ""],
    ["__proto__", ""],
  ] as const) {
    assert.throws(() => datasetById(id, shipped), {
      tag: "usage",
      message: `there is no dataset "${id}"; there are: air-temperature, trmm-3b42rt${meant}`,
    });
  }
});

test("a faulty descriptor keeps none of the others away, and is told when its own dataset is asked for", async () => {
  const [air] = catalogue;
  const faults = new DescriptorError("of-two", ["first", "second"]);
  const { datasets, faulty } = await loadDatasets([
    ["of-two", () => Promise.reject(faults)],
    ["of-syntax", () => import(`data:text/javascript,${"export const x = ;"}`)],
    ["other", async () => ({ other: { id: "another" }, nothing: null })],
    ["unchecked", async () => ({ spec: { ...air, id: "unchecked", time: { step: "PT6H" } } })],
    ["copied", async () => ({ base: air, copy: { ...air, id: "copied" } })],
    ["by-hand", async () => ({ made: { id: "by-hand", time: { stepMs: 5 } } })],
    ["air-temperature", async () => ({ a: { ...air, time: { ...air?.time, chunkLength: 0 } }, air })],
  ]);
  assert.deepEqual(datasets, [air]);
  assert.equal(datasetById("air-temperature", { datasets, faulty }), air);
  for (const [id, message] of [
    ["of-two", /^descriptor of "of-two": first; second$/],
    ["of-syntax", /^descriptor of "of-syntax": .*Unexpected token/],
    [
      "other",
      /^descriptor of "other": its file exports no dataset of that id; if it is no descriptor, let its name begin with _$/,
    ],
    [
      "unchecked",
      /^descriptor of "unchecked": its file exports a descriptor that nobody has checked: export what defineDataset returns/,
    ],
    ["copied", /^descriptor of "copied": its file exports a descriptor that nobody has checked: /],
    ["by-hand", /^descriptor of "by-hand": its file exports a descriptor that nobody has checked: /],
  ] as const)
    assert.throws(() => datasetById(id, { datasets, faulty }), { tag: "descriptor", message });
  assert.throws(() => datasetById("none", { datasets, faulty }), { tag: "usage" });
});

test("a file that never ends loading is given up, and keeps none of the others away", async () => {
  const [air] = catalogue;
  const endless = () => new Promise<object>(() => {});
  const { datasets, faulty } = await loadDatasets(
    [
      ["endless", endless],
      ["air-temperature", async () => ({ air })],
    ],
    50,
  );
  assert.deepEqual(datasets, [air]);
  assert.equal(
    faulty.get("endless")?.message,
    'descriptor of "endless": its file is still not loaded after 0.05 s',
  );
});
