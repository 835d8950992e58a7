import { UsageError } from "../../shared/errors.ts";

/** One package in a lock, as far as it matters here; what else is said of it is kept. */
export interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Format: https://docs.npmjs.com/cli/configuring-npm/package-lock-json, version 3. */
export interface Lock {
  readonly lockfileVersion: number;
  /** By place, as in `node_modules/a/node_modules/b`; the project itself is at the empty one. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** To exact versions. */
  readonly dependencies: Readonly<Record<string, string>>;
}

const lockfileVersion = 3;

/** The version of a package that the project itself gets. Throws a `UsageError` if the lock has none. */
export function lockedVersion({ packages }: Lock, name: string): string {
  const version = packages[`node_modules/${name}`]?.version;
  if (version === undefined) throw missing(name, "the project");
  return version;
}

/**
 * The lock of a smaller package: the part of the project's lock that its dependencies need, each package in its place.
 * Throws a `UsageError` if something required is not in the project's lock.
 */
export function partOfLock(whole: Lock, manifest: Manifest): Lock {
  if (whole.lockfileVersion !== lockfileVersion) {
    throw new UsageError([
      `package-lock.json has version ${whole.lockfileVersion} instead of ${lockfileVersion}: run npm install with npm 9 or later`,
    ]);
  }
  const needed = new Set<string>();
  const waiting = Object.keys(manifest.dependencies).map((name) => placeOf(whole, name, ""));
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (place === "" || needed.has(place)) continue;
    needed.add(place);
    waiting.push(...requiredAt(whole, place));
  }
  const places = Object.keys(whole.packages).filter((place) => needed.has(place));
  const { name, version } = manifest;
  const packages = { "": manifest, ...Object.fromEntries(places.map((at) => [at, whole.packages[at]])) };
  return { name, version, lockfileVersion, requires: true, packages } as Lock;
}

/** The places of all that the package at a place requires. */
function requiredAt(lock: Lock, place: string): string[] {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = lock.packages[place] as LockedPackage;
  const isOptional = (name: string) => name in optionalDependencies || peerDependenciesMeta[name]?.optional;
  const names = new Set([dependencies, optionalDependencies, peerDependencies].flatMap(Object.keys));
  return [...names].map((name) => placeOf(lock, name, place, isOptional(name)));
}

/** Where Node finds a package that the one at `from` imports; empty if it is not there and need not be. */
function placeOf({ packages }: Lock, name: string, from: string, isOptional = false): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const place = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (at !== "") continue;
    if (isOptional) return "";
    throw missing(name, from || "the project");
  }
}

function missing(name: string, from: string): UsageError {
  return new UsageError([
    `package-lock.json holds no ${name}, which ${from} requires: run npm install, and build again`,
  ]);
}
