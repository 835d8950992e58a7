import { readFile } from "node:fs/promises";
import type { DescriptorPath } from "../runtime/datasets/datasets.ts";
import { pageFiles, pageFolder } from "../runtime/http/pageFiles.ts";
import { bundleFunctions, type DatasetFile } from "./bundle.ts";
import { deployedManifest } from "./manifest.ts";
import { zipOf } from "./zip.ts";

export interface Archive {
  /** By path, sorted. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** All of them; its bytes depend on nothing else. */
  readonly zip: Uint8Array;
}

/**
 * What is deployed: the functions for the datasets of those files, with all that they import, the manifest by which the platform installs
 * the rest, and the page. Throws a `UsageError`, and a `StorageError` where the page is not built.
 */
export async function makeArchive(datasets: readonly DescriptorPath[]): Promise<Archive> {
  const read = async ({ id, path }: DescriptorPath): Promise<DatasetFile> => ({
    id,
    path,
    json: path.endsWith(".json") ? await readFile(path, "utf8") : undefined,
  });
  const page = [...(await pageFiles())].map(
    ([path, { content }]) => [`${pageFolder}/${path}`, content] as const,
  );
  const bundle = await bundleFunctions(await Promise.all(datasets.map(read)));
  const all = [...bundle, ...(await deployedManifest()), ...page];
  const files = new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  return { files, zip: zipOf(files) };
}
