/** A descriptor in JSON is the same as one in TypeScript; its published schema and its check agree on what is one. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { groupDocuments } from "../../../shared/archive/formatOf.ts";
import { nothingYet } from "../../../shared/archive/state.ts";
import { asDescribed } from "../../../shared/dataset/dataset.ts";
import { datasetFromJson } from "../../../shared/dataset/readJson.ts";
import { catalogue } from "../../support/catalogue.ts";
import { jsonText, shippedSpec } from "../../support/descriptorTexts.ts";
import { checkDescriptor } from "../../support/schemas.ts";

const schema = new URL("../../../shared/dataset/descriptor.schema.json", import.meta.url);

describe("a descriptor in JSON", () => {
  for (const shipped of catalogue)
    test(`${shipped.id}: is valid under the schema, and the same dataset as in TypeScript`, async () => {
      const text = jsonText({ $schema: "descriptor.schema.json", ...(await shippedSpec(shipped.id)) });
      checkDescriptor(JSON.parse(text));
      const read = datasetFromJson(text);
      assert.deepEqual(read, shipped);
      const [ofJson, ofScript] = [read, shipped].map((one) => groupDocuments(asDescribed(one), nothingYet));
      assert.deepEqual(ofJson, ofScript);
    });

  test("has words for the numbers that JSON has not, where they can stand", async () => {
    const text = jsonText(await shippedSpec("air-temperature"));
    assert.ok(text.includes('"fillValue": "NaN"'));
    for (const [word, value] of [
      ["NaN", Number.NaN],
      ["Infinity", Number.POSITIVE_INFINITY],
      ["-Infinity", Number.NEGATIVE_INFINITY],
    ] as const) {
      const worded = text
        .replace('"fillValue": "NaN"', `"fillValue": "${word}"`)
        .replace(/"missing": [^,\n]+/, `"missing": "${word}"`);
      checkDescriptor(JSON.parse(worded));
      const { arrays, decoding } = datasetFromJson(worded);
      assert.deepEqual([arrays[0]?.fillValue, decoding.blocks[0]?.missing], [value, value]);
    }
  });

  const mistakes: readonly (readonly [what: string, from: string | RegExp, to: string, fault: RegExp])[] = [
    ["a member that there is not", '"chunkLength"', '"chunklength"', /did you mean chunkLength\?/],
    ["a member of its own", "{", '{ "comment": "of 2013",', /comment is no member of a descriptor/],
    ["a member that lacks", '"id": "air-temperature",', "", /id is missing, not a text/],
    ["a duration in words", '"PT6H"', '"6 hours"', /time\.step "6 hours" is not an ISO 8601 duration/],
    ["a time in words", '"2013-01-01T00:00:00Z"', '"1 January 2013"', /time\.start .* is not ISO 8601/],
    ["numpy's type", '"dtype": "float32"', '"dtype": "<f4"', /dtype "<f4" is none of int8/],
    ["another calendar", '"proleptic_gregorian"', '"gregorian"', /time\.calendar .* not one of/],
    [
      "another layout",
      '"kind": "dated"',
      '"kind": "csv"',
      /decoding\.layout\.kind .* not one of header, dated/,
    ],
    [
      "no number of timesteps",
      '"chunkLength": 40',
      '"chunkLength": 0',
      /time\.chunkLength 0 is not a positive/,
    ],
    ["a part of a cell", '"count": 25', '"count": 2.5', /dimensions\.lat\.count 2\.5 is not a positive/],
    ["a number in quotes", '"count": 25', '"count": "25"', /count is "25", not a number/],
    ["another word for NaN", '"fillValue": "NaN"', '"fillValue": "nan"', /fillValue is "nan", not a number/],
    ["NaN where no value is stored", '"first": 75', '"first": "NaN"', /first is "NaN", not a number/],
    ["a range of one", /"validRange": \[[^\]]*\]/, '"validRange": [150]', /validRange is a list, not two/],
    [
      "an object for a list",
      /"candidates": \[([^\]]*)\]/,
      '"candidates": $1',
      /candidates is an object, not a list/,
    ],
    [
      "an attribute that is an object",
      '"license": "MIT"',
      '"license": {"id": "MIT"}',
      /attributes\.license is an/,
    ],
  ];
  for (const [what, from, to, fault] of mistakes)
    test(`${what}: is refused by the schema and by the check`, async () => {
      const sound = jsonText(await shippedSpec("air-temperature"));
      const text = sound.replace(from, to);
      assert.notEqual(text, sound);
      assert.throws(() => checkDescriptor(JSON.parse(text)));
      assert.throws(() => datasetFromJson(text), { tag: "descriptor", message: fault });
    });
});

test("the schema explains every member of the types that it names", async () => {
  const { properties, $defs } = JSON.parse(await readFile(schema, "utf8"));
  type Members = Record<string, { description?: string; enum?: string[] }>;
  const types = Object.entries($defs) as [string, { properties: Members }][];
  const unexplained = [["DatasetSpec", { properties: properties as Members }] as const, ...types].flatMap(
    ([type, { properties: members }]) =>
      Object.entries(members).flatMap(([name, member]) =>
        member.description || member.enum ? [] : [`${type}.${name}`],
      ),
  );
  assert.deepEqual(unexplained, []);
});
