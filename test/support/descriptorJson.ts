import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { descriptorForm, namedForms } from "../../shared/dataset/check/descriptorSchema.ts";
import { docstringsOf } from "./docstrings.ts";

const docs = new Map(
  ["dataset/descriptor.ts", "format/flatBinary/spec.ts"].flatMap((path) => [
    ...docstringsOf(new URL(`../../shared/${path}`, import.meta.url)),
  ]),
);

/** The JSON Schema, draft 2020-12, of a descriptor in JSON: its forms, and what their types say of each member. */
export function descriptorJsonSchema(): object {
  const { $schema, $defs, properties, ...rest } = toJsonSchema(descriptorForm, {
    target: "draft-2020-12",
    // Before it there may be one that says that it is an object at all.
    typeMode: "output",
    definitions: namedForms,
    overrideSchema: ({ valibotSchema: { type }, jsonSchema }) => {
      if (type === "object") return { ...jsonSchema, additionalProperties: false };
      // Its form says in its metadata what it is in JSON.
      return type === "custom" ? {} : undefined;
    },
  });
  return {
    $schema,
    title: "A dataset's descriptor",
    description: docs.get("DatasetSpec"),
    ...rest,
    properties: {
      $schema: { type: "string", description: "Where this schema is, for editors." },
      ...explained("DatasetSpec", properties),
    },
    $defs: Object.fromEntries(
      Object.entries($defs ?? {}).map(([type, schema]) => [type, explainedType(type, schema as JsonSchema)]),
    ),
  };
}

function explainedType(type: string, schema: JsonSchema): object {
  const description = docs.get(type);
  const properties = schema.properties && { properties: explained(type, schema.properties) };
  return { ...(description && { description }), ...schema, ...properties };
}

/** Types that others extend. */
const extended = ["FlatBinarySpec", "BaseUrlSpec"];

function explained(type: string, properties: JsonSchema["properties"] = {}) {
  const entries = Object.entries(properties).map(([name, schema]) => {
    const said = [type, ...extended].map((one) => docs.get(`${one}.${name}`));
    const description = said.find((text) => text !== undefined);
    return [name, { ...(description && { description }), ...(schema as JsonSchema) }] as const;
  });
  return Object.fromEntries(entries);
}
