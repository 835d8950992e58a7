import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

/** Throws where a value is not as the project's own JSON Schema at that path says, with all that is wrong with it. */
export function schemaCheck(path: string): (value: unknown) => void {
  const schema = JSON.parse(
    readFileSync(resolve(import.meta.dirname, "../../shared", path), "utf8"),
  ) as object;
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
  return (value) => {
    assert.ok(validate(value), JSON.stringify(validate.errors, null, 2));
  };
}

export const checkStatus = schemaCheck("status/status.schema.json");
export const checkDescriptor = schemaCheck("dataset/descriptor.schema.json");
export const checkExtended = schemaCheck("queue/extended.schema.json");
