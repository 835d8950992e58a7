import { registerHooks } from "node:module";

/** The package's doors, by what a descriptor imports; each is a module of `functions/library`. */
export const doors = {
  "accrete-zarr": "index",
  "accrete-zarr/ports": "ports",
  "accrete-zarr/testing": "testing",
} as const;
let isBound = false;

/**
 * From now on whatever imports this package gets the one that runs. A descriptor lies in its keeper's directory: there may be
 * another copy of the package there, whose datasets this one would not know as checked, or none at all.
 */
export function bindOwnPackage(): void {
  if (isBound) return;
  isBound = true;
  const own = new Map(Object.keys(doors).map((door) => [door, import.meta.resolve(door)]));
  registerHooks({
    resolve(specifier, context, next) {
      const url = own.get(specifier);
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
