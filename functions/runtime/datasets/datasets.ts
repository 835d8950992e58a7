import { statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import {
  type DescriptorFile,
  datasetById,
  type LoadedDatasets,
  loadDatasets,
  noDataset,
} from "../../../shared/dataset/loadDatasets.ts";
import { datasetFromJson } from "../../../shared/dataset/readJson.ts";
import { DescriptorError, reasonOf, UsageError } from "../../../shared/errors.ts";
import { shownPath } from "../shownPath.ts";
import { bindOwnPackage } from "./ownPackage.ts";

/** The datasets that ship with the package: a directory like any other. */
export const shippedDirectory = resolve(import.meta.dirname, "../../../shared/dataset/catalogue");
/** Looked for where the command runs. */
export const usualDirectory = "datasets";

/** `ID.ts`, `ID.js` or `ID.json`: what has another dot, as `ID.metadata.json` and `ID.d.ts` have, is none. */
const descriptorName = /^([^._][^.]*)\.(ts|js|json)$/;
/** What tools keep in any directory. */
const ofTools = new Set(["package.json", "package-lock.json", "tsconfig.json"]);

/** The directory of descriptors: the one given, else `./datasets` where that is a directory, else the one that ships. */
export function datasetsDirectory(given?: string): string {
  if (given !== undefined) return given;
  const usual = resolve(usualDirectory);
  return statSync(usual, { throwIfNoEntry: false })?.isDirectory() ? usual : shippedDirectory;
}

/** Everything in a directory of descriptors, each file loaded for itself. Throws a `UsageError` if it cannot be read. */
export async function openDatasets(directory: string): Promise<LoadedDatasets> {
  return loadDatasets((await descriptorPaths(directory)).map(descriptorFile));
}

/** The dataset of that id; no other file is loaded. Throws what `datasetById` throws. */
export async function openDataset(id: string, directory: string): Promise<Descriptor> {
  const paths = await descriptorPaths(directory);
  const own = paths.filter((one) => one.id === id);
  if (own.length > 0) return datasetById(id, await loadDatasets(own.map(descriptorFile)));
  const place = directory === shippedDirectory ? "" : ` in ${shownPath(directory)}`;
  throw noDataset(
    id,
    paths.map((one) => one.id),
    place,
  );
}

/** A descriptor's file, and the others that claim the same id: then none of them is loaded. */
export interface DescriptorPath {
  readonly id: string;
  readonly path: string;
  readonly others: readonly string[];
}

/** Those in a directory, by the ids that the files' names give them, in order. Throws a `UsageError` if it cannot be read. */
export async function descriptorPaths(directory: string): Promise<readonly DescriptorPath[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw unreadable(directory, error);
  });
  const byId = new Map<string, string[]>();
  for (const name of names.sort()) {
    const id = ofTools.has(name) ? undefined : descriptorName.exec(name)?.[1];
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), name]);
  }
  return [...byId].map(([id, [name = "", ...others]]) => ({ id, path: join(directory, name), others }));
}

const whys: Readonly<Record<string, string>> = {
  ENOENT: "there is no such directory",
  ENOTDIR: "it is no directory",
  EACCES: "this user may not read it",
};

/** What to throw where a directory of descriptors cannot be read. */
export function unreadable(directory: string, error: unknown): UsageError {
  const why = whys[(error as NodeJS.ErrnoException).code ?? ""] ?? reasonOf(error);
  return new UsageError([
    `the datasets' directory ${directory} cannot be read: ${why}; give another with --datasets`,
  ]);
}

function descriptorFile({ id, path, others }: DescriptorPath): DescriptorFile {
  return [id, () => exported(id, path, others)];
}

async function exported(id: string, path: string, others: readonly string[]): Promise<object> {
  const name = basename(path);
  if (others.length > 0)
    throw new DescriptorError(id, [`there are ${[name, ...others].join(" and ")}: keep one of them`]);
  if (!name.endsWith(".json")) {
    bindOwnPackage();
    return import(pathToFileURL(path).href) as Promise<object>;
  }
  try {
    return { dataset: datasetFromJson(await readFile(path, "utf8")) };
  } catch (error) {
    if (error instanceof DescriptorError) throw error;
    throw new DescriptorError(id, [`${name}: ${reasonOf(error)}`], error);
  }
}
