import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { adapters, common, libraries, type Room, rooms, whyNoAdapter } from "../rooms.ts";

export interface RoomFault {
  readonly file: string;
  readonly imported: string;
  readonly why: string;
}

const importPattern = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)"([^"\n]+)"/gm;

/** What the code under `root` imports though the table of rooms does not allow it, and files that import each other in a circle. */
export function roomFaults(root: string): RoomFault[] {
  const files = globSync("{functions,shared}/**/*.{ts,tsx}", { cwd: root }).sort();
  const imports = new Map(files.map((file) => [file, importsOf(root, file)]));
  const faults = [...imports].flatMap(([file, all]) =>
    all.flatMap((imported) => {
      const why = isPath(imported) ? whyNotFile(file, imported) : whyNotLibrary(file, imported);
      return why === undefined ? [] : [{ file, imported, why }];
    }),
  );
  return [...faults, ...circlesIn(imports)];
}

/** Packages by name, files by their path from the root. */
function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(importPattern)].map(([, given = ""]) =>
    given.startsWith(".") ? normalize(join(dirname(file), given)) : given,
  );
}

const isPath = (imported: string) => /^(functions|shared)\//.test(imported);

/** Whether a path is that file or folder, lies in it, or, of adapters, begins with its name. */
const isWithin = (path: string, place: string) =>
  path === place || path.startsWith(`${place}/`) || (adapters.includes(place) && path.startsWith(place));

function roomOf(path: string): Room {
  const found = rooms
    .filter(({ room }) => isWithin(path, room))
    .sort((a, b) => b.room.length - a.room.length)[0];
  if (!found) throw new TypeError(`${path} lies in no room`);
  return found;
}

function whyNotFile(file: string, imported: string): string | undefined {
  const [own, other] = [roomOf(file), roomOf(imported)];
  const adapter = adapters.find((one) => isWithin(imported, one));
  const isOfAdapter = adapter !== undefined && adapters.some((one) => isWithin(file, one));
  if (adapter !== undefined && !own.wires && !isOfAdapter)
    return own.room === "functions/page" ? own.why : whyNoAdapter;
  if (own === other || common.includes(imported)) return undefined;
  if (other.only && !other.only.includes(file)) return other.why;
  const isAllowed = own.may.some((place) => isWithin(imported, place));
  // A file that is a room of its own belongs to its folder's neighbours all the same.
  return isAllowed || isWithin(imported, own.room) ? undefined : own.why;
}

function whyNotLibrary(file: string, imported: string): string | undefined {
  if (file.startsWith("functions/page/") && imported.startsWith("node:")) return roomOf(file).why;
  const library = libraries.find(({ names }) => names.includes(imported));
  return library && !library.in.some((place) => isWithin(file, place) || file.startsWith(place))
    ? library.why
    : undefined;
}

/** One fault for each import that closes a circle of files. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): RoomFault[] {
  const [done, open] = [new Set<string>(), new Set<string>()];
  const faults: RoomFault[] = [];
  const visit = (file: string) => {
    if (done.has(file)) return;
    open.add(file);
    for (const imported of imports.get(file) ?? []) {
      if (open.has(imported)) faults.push({ file, imported, why: "It closes a circle of imports." });
      else if (imports.has(imported)) visit(imported);
    }
    open.delete(file);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return faults;
}
