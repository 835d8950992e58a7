import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFunctions } from "./bundle.ts";
import { type Lock, lockedVersion, partOfLock } from "./lock.ts";

const framework = "@google-cloud/functions-framework";

/**
 * What is deployed, by path: the functions with all that they import, and a manifest with its lock, from which the
 * platform installs the Functions Framework in the project's own version. Throws a `UsageError`, and what esbuild throws.
 */
export async function makePackage(project: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const [lock, { version }] = (await Promise.all(
    ["package-lock.json", "package.json"].map(async (name) =>
      JSON.parse(await readFile(join(project, name), "utf8")),
    ),
  )) as [Lock, { version: string }];
  const manifest = {
    name: "accrete-functions",
    version,
    private: true,
    type: "module",
    main: "index.js",
    engines: { node: "24.x" },
    dependencies: { [framework]: lockedVersion(lock, framework) },
  };
  return new Map([
    ...(await bundleFunctions(project)),
    ["package.json", jsonFile(manifest)],
    ["package-lock.json", jsonFile(partOfLock(lock, manifest))],
  ]);
}

/** A file of JSON for people and tools. */
export function jsonFile(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
}
