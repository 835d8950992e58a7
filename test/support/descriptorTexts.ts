import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { shippedDirectory } from "../../functions/runtime/datasets/datasets.ts";
import type { DatasetSpec } from "../../shared/dataset/descriptor.ts";

/** The file of a dataset that ships. */
export function shippedText(id: string): Promise<string> {
  return readFile(join(shippedDirectory, `${id}.ts`), "utf8");
}

/** The file of air-temperature, which is JavaScript as it stands, for a dataset of another id. */
export async function airText(id: string): Promise<string> {
  return (await shippedText("air-temperature")).replace('id: "air-temperature"', `id: ${JSON.stringify(id)}`);
}

/** What the file of a dataset that ships hands to `defineDataset`. */
export async function shippedSpec(id: string): Promise<DatasetSpec> {
  const library = JSON.stringify(new URL("../../functions/library/index.ts", import.meta.url).href);
  const text = (await shippedText(id))
    .replace("default defineDataset(", "default (")
    .replace('"accrete-zarr"', library);
  const script = transformSync(text, { loader: "ts" }).code;
  const { default: spec } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  return spec as DatasetSpec;
}

/** A descriptor in JSON: what JSON has no number for as a word. */
export function jsonText(spec: object): string {
  return JSON.stringify(
    spec,
    (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value),
    2,
  );
}
