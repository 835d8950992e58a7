import type { Descriptor } from "./dataset.ts";
import { defineDataset } from "./defineDataset.ts";
import type { DatasetSpec } from "./descriptor.ts";
import { numberWords } from "./values.ts";

/** The members that may hold a number which JSON does not have. */
const mayHoldWord = new Set(["fillValue", "missing"]);

/**
 * The dataset of a descriptor in JSON: the members of `defineDataset`'s in the same form, but that a fill value and a
 * block's missing value may be `"NaN"`, `"Infinity"` or `"-Infinity"`, and that `$schema` may name the published schema.
 * Throws a `SyntaxError` if it is no JSON, a `DescriptorError` with all faults.
 */
export function datasetFromJson(text: string): Descriptor {
  const parsed: unknown = JSON.parse(text, (name, value: unknown) =>
    typeof value === "string" && mayHoldWord.has(name) && Object.hasOwn(numberWords, value)
      ? numberWords[value]
      : value,
  );
  const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  if (!isObject) return defineDataset(parsed as DatasetSpec);
  const { $schema: _, ...spec } = parsed as DatasetSpec & { readonly $schema?: unknown };
  return defineDataset(spec);
}
