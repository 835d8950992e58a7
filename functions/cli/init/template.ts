import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The folder of what is made, as it is made but for two names. */
const template = join(import.meta.dirname, "template");

/** npm drops a `.gitignore` from what it packs, and a `package.json` here would make the example another package's. */
const namedOtherwise: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "manifest.json": "package.json",
};

/** What stands in for each `{{word}}` of the template. */
export interface Words {
  readonly name: string;
  readonly version: string;
}

/** The files of a new repository by path, in order. */
export async function templateFiles(words: Words): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(template, join(parentPath, name)));
  const files = paths.map(async (path) => {
    const text = await readFile(join(template, path), "utf8");
    const filled = text.replace(/\{\{(name|version)\}\}/g, (_, word: keyof Words) => words[word]);
    return [namedOtherwise[path] ?? path, filled] as const;
  });
  return new Map((await Promise.all(files)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const charactersMax = 200;

/** A name that npm takes, of a folder's. A package may not be called as what it depends on. */
export function packageNameOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "")
    .slice(0, charactersMax);
  return name === "" || name === "accrete-zarr" || name === "node_modules" ? "my-datasets" : name;
}
