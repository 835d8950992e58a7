import { existsSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";

/** Where this package is: a checkout, or a directory in somebody's `node_modules`. */
export const packageRoot = resolve(import.meta.dirname, "../..");

/** By which descriptors import it. */
export const packageName = "accrete-zarr";

/** The version of this package. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  return (manifest as { readonly version: string }).version;
}

const modules = `${sep}node_modules${sep}`;
const at = packageRoot.indexOf(modules);
/** What the package and all that it needs lie below: modules are named by their path from there, wherever that is. */
export const commonRoot = at < 0 ? packageRoot : packageRoot.slice(0, at);

/** A module of this package, by its path without an ending: as it was written, or compiled. */
export function moduleFile(path: string): string {
  const written = join(packageRoot, `${path}.ts`);
  return existsSync(written) ? written : join(packageRoot, `${path}.js`);
}
