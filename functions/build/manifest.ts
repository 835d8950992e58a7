import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Lock, lockedVersion, partOfLock } from "./lock.ts";
import { packageRoot } from "./place.ts";

const framework = "@google-cloud/functions-framework";
/** Where the published package has both: a package cannot bring its own lock along. */
export const keptManifest = "dist/deployed";

/**
 * The manifest of what is deployed and its lock, by path: the platform installs the Functions Framework by them, in the
 * version that this package was made with. Throws a `UsageError`.
 */
export async function deployedManifest(): Promise<ReadonlyMap<string, Uint8Array>> {
  const kept = await Promise.all(
    ["package.json", "package-lock.json"].map(async (name) => {
      const bytes = await readFile(join(packageRoot, keptManifest, name)).catch(() => undefined);
      return bytes && ([name, bytes] as const);
    }),
  );
  const [manifest, lock] = kept;
  return manifest && lock ? new Map([manifest, lock]) : madeManifest();
}

/** Of the lock that a checkout has. */
async function madeManifest(): Promise<ReadonlyMap<string, Uint8Array>> {
  const [lock, { version }] = (await Promise.all(
    ["package-lock.json", "package.json"].map(async (name) =>
      JSON.parse(await readFile(join(packageRoot, name), "utf8")),
    ),
  )) as [Lock, { version: string }];
  const manifest = {
    name: deployedName,
    version,
    private: true,
    type: "module",
    main: "index.js",
    engines: { node: "24.x" },
    dependencies: { [framework]: lockedVersion(lock, framework) },
  };
  return new Map([
    ["package.json", jsonFile(manifest)],
    ["package-lock.json", jsonFile(partOfLock(lock, manifest))],
  ]);
}

/** The name in the manifest of what is deployed. */
export const deployedName = "accrete-functions";

/** A file of JSON for people and tools. */
export function jsonFile(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
}
