/** What a descriptor may not name is what the layout and the routes have by themselves: each list is held to the other side. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { groupDocuments } from "../../../../shared/archive/formatOf.ts";
import {
  attributeFault,
  groupAttributeFault,
  reservedNames,
} from "../../../../shared/dataset/check/reserved.ts";
import { asDescribed } from "../../../../shared/dataset/dataset.ts";
import { catalogue } from "../../../support/catalogue.ts";

const state = { length: 3, commitSeq: 1, modifiedAt: 0, gapCounts: [1] };

test("every attribute that is in a stored dataset and not in its descriptor cannot be one of a descriptor", () => {
  for (const dataset of catalogue) {
    const documents = groupDocuments(asDescribed(dataset), state);
    const own = (key: string) => Object.keys(documents.get(key) ?? {});
    const described = (attributes: object, name: string) => Object.hasOwn(attributes, name);
    for (const name of own(".zattrs"))
      assert.notEqual(described(dataset.attributes, name), groupAttributeFault(name) !== undefined, name);
    const variables = [
      ...dataset.arrays.map((one) => ["array", one] as const),
      ...[...dataset.dimensions, ...(dataset.auxiliaries ?? [])].map((one) => ["coordinate", one] as const),
    ];
    for (const [of, { name, attributes }] of variables) {
      for (const attribute of own(`${name}/.zattrs`)) {
        const isReserved = attributeFault(of, attribute) !== undefined;
        assert.notEqual(described(attributes, attribute), isReserved, `${name} ${attribute}`);
      }
    }
  }
});

test("every variable and dimension that is in a stored dataset and not in its descriptor has a reserved name", () => {
  for (const dataset of catalogue) {
    const documents = [...groupDocuments(asDescribed(dataset), state)];
    const variables = documents.flatMap(([key]) =>
      key.endsWith("/.zarray") ? [key.split("/")[0] ?? ""] : [],
    );
    const dimensions = documents.flatMap(
      ([, document]) => (document as { _ARRAY_DIMENSIONS?: string[] })._ARRAY_DIMENSIONS ?? [],
    );
    const described = [...dataset.arrays, ...dataset.dimensions, ...(dataset.auxiliaries ?? [])];
    const names = new Set(described.map(({ name }) => name));
    for (const name of [...variables, ...dimensions])
      assert.notEqual(names.has(name), reservedNames.includes(name), name);
  }
});
