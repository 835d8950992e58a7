import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, resolve, sep } from "node:path";
import { StorageError } from "../../errors.ts";
import { failure, isCode } from "./failure.ts";

/** Throws where a symbolic link on the way to `path`, as far as there is one, leads out of the store, or nowhere yet. */
export function assertInside(operation: string, root: string, path: string): void {
  const base = realPathOf(root);
  if (base === undefined) return;
  for (let at = resolve(path); at !== resolve(root); at = dirname(at)) {
    const real = realPathOf(at);
    if (real?.startsWith(base.endsWith(sep) ? base : base + sep)) return;
    if (real !== undefined)
      throw new StorageError(operation, path, `a symbolic link leads out of the store, to ${real}`);
    if (isLink(at)) throw new StorageError(operation, path, "a symbolic link leads nowhere");
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch (cause) {
    if (isCode(cause, "ENOTDIR", "ELOOP", "ENAMETOOLONG")) return false;
    throw failure("open", dirname(path), basename(path), cause);
  }
}

/** `undefined` where nothing is. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    if (isCode(cause, "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG")) return undefined;
    throw failure("open", dirname(path), basename(path), cause);
  }
}
