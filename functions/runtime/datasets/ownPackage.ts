import { registerHooks } from "node:module";

/** The package's doors, by what a descriptor imports. */
const doors = ["accrete-zarr", "accrete-zarr/ports", "accrete-zarr/testing"];
let isBound = false;

/**
 * From now on whatever imports this package gets the one that runs. A descriptor lies in its keeper's directory: there may be
 * another copy of the package there, whose datasets this one would not know as checked, or none at all.
 */
export function bindOwnPackage(): void {
  if (isBound) return;
  isBound = true;
  const own = new Map(doors.map((door) => [door, import.meta.resolve(door)]));
  registerHooks({
    resolve(specifier, context, next) {
      const url = own.get(specifier);
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
