/** What is written into a checkout: it says what it was made of, and the formatter and linter leave it as it is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { withDataset } from "../../../../shared/authoring/newDataset/catalogueSource.ts";
import { constantName, descriptorSource } from "../../../../shared/authoring/newDataset/descriptorSource.ts";
import type { DatasetSpec } from "../../../../shared/dataset/descriptor.ts";
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts";

const project = resolve(import.meta.dirname, "../../../..");
const catalogueFile = join(project, "shared/dataset/catalogue/catalogue.ts");

const axis = {
  first: 0.125,
  step: -0.25,
  count: 2,
  attributes: { units: "degrees_north", long_name: "latitude" },
};
const spec: DatasetSpec = {
  id: "3b-42",
  attributes: {
    title: 'Rain "over" all',
    summary: `It's "long": ${"word ".repeat(30)}`,
    institution: "i",
    source: "s",
    license: "l",
    "key with blanks": [1, 2],
  },
  time: {
    start: "2000-03-01T00:00:00Z",
    step: "PT3H",
    units: "hours since 2000-03-01 00:00:00",
    calendar: "proleptic_gregorian",
    stamp: "centre",
    chunkLength: 40,
  },
  dimensions: [
    { name: "lat", ...axis },
    { name: "lon", ...axis, count: 100 },
  ],
  auxiliaries: [
    { name: "band", dimension: "lon", values: Array.from({ length: 100 }, (_, i) => i - 50), attributes: {} },
  ],
  arrays: [
    {
      name: "a",
      block: "a",
      dtype: "int16",
      scaleFactor: 1 / 3,
      fillValue: -31999,
      attributes: { units: "1" },
    },
    { name: "b", block: "b", dtype: "float32", fillValue: Number.NaN, attributes: { units: "K" } },
  ],
  source: { url: "ftp://h/p", connectionsMax: 4, candidates: [{ path: "{YYYY}.bin" }] },
  decoding: {
    compression: "gzip",
    granuleBytesMax: 2 ** 30,
    rawBytesMax: 65_536,
    byteOrder: "big",
    layout: { kind: "dated", layouts: [{ headerBytes: 0, blocks: ["a", "b"] }] },
    blocks: [
      { name: "a", type: "int16", scale: 3, missing: -31999 },
      { name: "b", type: "float32", missing: -9.99e33 },
    ],
  },
  updates: {
    latency: "PT9H",
    patience: "P2D",
    revisionWindow: "P7D",
    publish: "settled",
    retry: { first: "PT1H", longest: "P7D" },
    batchesMax: 2,
  },
};

/** What the linter and formatter say of files under the project's own rules; nothing if nothing. */
async function checked(directory: string, ...files: string[]): Promise<string> {
  const rules = { formatter: JSON.parse(await readFile(join(project, ".biome.json"), "utf8")).formatter };
  await writeFile(join(directory, "biome.json"), JSON.stringify(rules));
  const biome = join(project, "node_modules/.bin/biome");
  const check = promisify(execFile)(biome, ["check", "--error-on-warnings", ...files], { cwd: directory });
  return check.then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

test("a descriptor's file says what it was made of, in the formatter's form", async (t) => {
  const directory = await temporaryDirectory(t);
  const source = descriptorSource(spec);
  // Read by itself, with a check that takes it as it is.
  await writeFile(
    join(directory, "defineDataset.ts"),
    "export const defineDataset = <T>(spec: T): T => spec;\n",
  );
  const catalogue = join(directory, "catalogue");
  await mkdir(catalogue);
  await writeFile(join(catalogue, "3b-42.ts"), source);
  const { dataset3b42 } = await import(join(catalogue, "3b-42.ts"));
  assert.deepEqual(dataset3b42, spec);
  assert.equal(await checked(catalogue, "3b-42.ts"), "");
});

describe("the catalogue lists one more dataset", { concurrency: 2 }, () => {
  test("wherever it belongs, in the formatter's form", async (t) => {
    const directory = await temporaryDirectory(t);
    await copyFile(catalogueFile, join(directory, "catalogue.ts"));
    let text = await readFile(catalogueFile, "utf8");
    const ids = [
      "zzz",
      "a-first",
      "x10",
      "x2",
      "air-temperature-2",
      "quite-a-long-name-of-a-dataset",
      "import",
    ];
    for (const id of ids) text = withDataset(text, id) as string;
    await writeFile(join(directory, "catalogue.ts"), text);
    assert.equal(await checked(directory, "catalogue.ts"), "");
    for (const id of ids) {
      assert.match(text, new RegExp(`^ +\\[?"?${id}"?,\\s`, "m"));
      assert.ok(text.includes(`() => import("./${id}.ts")`));
    }
  });

  test("or is left alone where it has another form", () => {
    assert.equal(withDataset("export const catalogue = load();\n", "x"), undefined);
  });
});

test("a constant's name is a name, and none that is taken", () => {
  const names = ["trmm-3b42rt", "3b42", "import", "catalogue", "a--b-", "x"].map(constantName);
  assert.deepEqual(names, ["trmm3b42rt", "dataset3b42", "datasetImport", "datasetCatalogue", "aB", "x"]);
});
