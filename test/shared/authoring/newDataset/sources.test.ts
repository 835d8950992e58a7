/** What is written for a keeper: it says what it was made of, and the formatter and linter leave it as it is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { descriptorSource } from "../../../../shared/authoring/newDataset/descriptorSource.ts";
import type { DatasetSpec } from "../../../../shared/dataset/descriptor.ts";
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts";

const project = resolve(import.meta.dirname, "../../../..");

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
  const own = join(directory, "node_modules/accrete-zarr");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "package.json"), '{ "type": "module", "main": "index.js" }');
  await writeFile(join(own, "index.js"), "export const defineDataset = (spec) => spec;\n");
  await writeFile(join(directory, "3b-42.ts"), source);
  const { default: read } = await import(join(directory, "3b-42.ts"));
  assert.deepEqual(read, spec);
  assert.equal(await checked(directory, "3b-42.ts"), "");
});
