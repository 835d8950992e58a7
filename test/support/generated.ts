import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { settingsMarkdown } from "../../functions/runtime/settings/table.ts";
import { duration, instant } from "../../shared/published.ts";
import { extendedSchema } from "../../shared/queue/extendedSchema.ts";
import { statusSchema } from "../../shared/status/statusSchema.ts";
import { descriptorJsonSchema } from "./descriptorJson.ts";

/** A file in git that is made from others, whole or in part: `npm run golden` makes it, and a test holds it to what that makes. */
export interface Generated {
  readonly path: string;
  /** What it should be, by what is in git besides. */
  bytes(): Uint8Array;
}

const encoder = new TextEncoder();
const inProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const readme = inProject("README.md");
const marks = ["<!-- options -->", "<!-- /options -->"] as const;

/** The README with the table of what may be set. */
function readmeText(): string {
  const [before, rest = ""] = readFileSync(readme, "utf8").split(marks[0]);
  const after = rest.split(marks[1])[1];
  if (after === undefined)
    throw new Error(`${readme} has no place for the table of options: ${marks.join(" … ")}`);
  return `${before}${marks[0]}\n${settingsMarkdown()}\n${marks[1]}${after}`;
}

/** The JSON Schema, draft 2020-12, of what a schema of the project says. */
function publishedSchema(
  path: string,
  schema: GenericSchema,
  definitions: Record<string, GenericSchema>,
): Generated {
  return jsonFile(path, () => {
    const { $schema, title, description, ...rest } = toJsonSchema(schema, {
      definitions,
      target: "draft-2020-12",
    });
    return { $schema, title, description, ...rest };
  });
}

function jsonFile(path: string, document: () => object): Generated {
  return {
    path: inProject(path),
    bytes: () => encoder.encode(`${JSON.stringify(document(), null, 2)}\n`),
  };
}

export const generated: readonly Generated[] = [
  { path: readme, bytes: () => encoder.encode(readmeText()) },
  publishedSchema("shared/status/status.schema.json", statusSchema, { instant, duration }),
  publishedSchema("shared/queue/extended.schema.json", extendedSchema, { instant }),
  jsonFile("shared/dataset/descriptor.schema.json", descriptorJsonSchema),
];
