import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { UsageError } from "../../shared/errors.ts";

/** A package of which a bundle holds something, and where it is from the project. */
export interface BundledPackage {
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly repository: string | undefined;
  /** What its files of licences and notices say, and those that are kept for it; empty if there are none. */
  readonly texts: readonly string[];
}

const packagePlace = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const licenceFile = /^(licen[cs]e|copying|notice|third[-_ ]?party)/i;
const rule = "=".repeat(80);
/** By package, files of this folder with the notices of what its authors have compiled into it and do not name. */
const compiledIn: Readonly<Record<string, readonly string[]>> = { numcodecs: ["numcodecs.txt"] };

/**
 * The notices of all packages that the outputs hold something of. Depends on nothing else. Throws a `UsageError` that names
 * those of which it is not known under which licence they are.
 */
export async function noticesOf(project: string, metafile: Metafile): Promise<Uint8Array> {
  const packages = await Promise.all(placesIn(metafile).map((place) => readPackage(project, place)));
  return new TextEncoder().encode(noticesText(packages));
}

/** Where the packages are that the outputs hold bytes of, sorted. */
export function placesIn({ outputs }: Pick<Metafile, "outputs">): readonly string[] {
  const held = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return [...new Set(held.flatMap((path) => packagePlace.exec(path)?.[0] ?? []))].sort();
}

/** One notice for each version of a package, by name. Throws a `UsageError`. */
export function noticesText(packages: readonly BundledPackage[]): string {
  const unknown = packages.filter(({ license, texts }) => license === undefined && texts.length === 0);
  if (unknown.length > 0) {
    throw new UsageError(
      unknown.map(({ place }) => `${place} says nowhere under which licence it is: bundle another package`),
    );
  }
  const notices = new Map(packages.map((one) => [`${one.name} ${one.version}`, noticeOf(one)]));
  const sorted = [...notices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
  return ["What is here holds parts of the packages below, each under its own licence.\n", ...sorted].join(
    "\n",
  );
}

function noticeOf({ name, version, license, repository, texts }: BundledPackage): string {
  const head = [
    rule,
    `${name} ${version}`,
    ...(license === undefined ? [] : [`Licence: ${license}`]),
    ...(repository === undefined ? [] : [`Source: ${repository}`]),
  ];
  const plain = texts.map((text) => text.replaceAll("\r\n", "\n").trim());
  return `${[head.join("\n"), ...plain].join("\n\n")}\n`;
}

async function readPackage(project: string, place: string): Promise<BundledPackage> {
  const directory = join(project, place);
  const manifest = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as Manifest;
  const entries = await readdir(directory, { withFileTypes: true });
  const named = entries.filter((entry) => entry.isFile() && licenceFile.test(entry.name));
  const { name, version, license, repository } = manifest;
  const own = named.map((entry) => join(directory, entry.name)).sort();
  const paths = [...own, ...(compiledIn[name] ?? []).map((file) => join(import.meta.dirname, file))];
  return {
    place,
    name,
    version,
    license: typeof license === "string" ? license : license?.type,
    repository: typeof repository === "string" ? repository : repository?.url,
    texts: await Promise.all(paths.map((path) => readFile(path, "utf8"))),
  };
}

/** Format: https://docs.npmjs.com/cli/configuring-npm/package-json, with the older forms that packages still have. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly repository?: string | { readonly url: string };
}
