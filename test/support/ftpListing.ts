import type { ServedFile } from "../../shared/testing/files.ts";

/** A symbolic link. The target is another path, absolute or from the link's directory; there may be nothing. */
export interface ServedLink {
  readonly target: string;
  readonly modifiedAt: number;
}

/** Files by path from the server's root; without a date they count as put when the server starts. */
export type FileTree = Readonly<Record<string, Uint8Array | ServedFile>>;

/** One line of a listing. Only a file has a size of its own. */
export interface Entry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link";
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** Of a link. */
  readonly target?: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** `ls` shows the year instead of the time beyond half a year of 365.2425 days. */
const recentMs = 31_556_952_000 / 2;

/** Files and their directories, in memory. A directory stays when its last file goes. */
export class ServedFiles {
  readonly #now: () => number;
  readonly #files = new Map<string, ServedFile>();
  readonly #links = new Map<string, ServedLink>();
  readonly #directories = new Set(["/"]);

  constructor(tree: FileTree, now: () => number) {
    this.#now = now;
    for (const [path, file] of Object.entries(tree)) {
      if (file instanceof Uint8Array) this.put(path, file);
      else this.put(path, file.bytes, file.modifiedAt);
    }
  }

  put(path: string, bytes: Uint8Array, modifiedAt = this.#now()): void {
    const absolute = resolved("/", path);
    this.#files.set(absolute, { bytes, modifiedAt });
    this.#makeParents(absolute);
  }

  link(path: string, target: string, modifiedAt = this.#now()): void {
    const absolute = resolved("/", path);
    this.#links.set(absolute, { target, modifiedAt });
    this.#makeParents(absolute);
  }

  #makeParents(absolute: string): void {
    for (let parent = directoryOf(absolute); parent !== "/"; parent = directoryOf(parent)) {
      this.#directories.add(parent);
    }
  }

  remove(path: string): void {
    this.#files.delete(resolved("/", path));
    this.#links.delete(resolved("/", path));
  }

  file(absolute: string): ServedFile | undefined {
    const link = this.#links.get(absolute);
    return this.#files.get(link ? resolved(directoryOf(absolute), link.target) : absolute);
  }

  isDirectory(absolute: string): boolean {
    return this.#directories.has(absolute);
  }

  /** What is directly in a directory; the path itself if it is a file. */
  entries(absolute: string): Entry[] {
    const entries: Entry[] = [];
    for (const directory of this.#directories) {
      if (directory !== "/" && directoryOf(directory) === absolute) {
        entries.push({
          name: nameOf(directory),
          kind: "directory",
          sizeBytes: 4096,
          modifiedAt: this.#now(),
        });
      }
    }
    for (const [path, { bytes, modifiedAt }] of this.#files) {
      if (directoryOf(path) === absolute || path === absolute) {
        entries.push({ name: nameOf(path), kind: "file", sizeBytes: bytes.length, modifiedAt });
      }
    }
    for (const [path, { target, modifiedAt }] of this.#links) {
      if (directoryOf(path) === absolute)
        entries.push({ name: nameOf(path), kind: "link", sizeBytes: target.length, modifiedAt, target });
    }
    return entries;
  }
}

/** A line of `ls -l` in UTC: with the time for the last half year, with the year before that and for the future. */
export function unixLine({ name, kind, sizeBytes, modifiedAt, target }: Entry, now: number): string {
  const at = new Date(modifiedAt);
  const isRecent = modifiedAt <= now && modifiedAt > now - recentMs;
  const time = isRecent ? at.toISOString().slice(11, 16) : String(at.getUTCFullYear()).padStart(5);
  const date = `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${time}`;
  const modes = { directory: "drwxr-xr-x    2", file: "-rw-r--r--    1", link: "lrwxrwxrwx    1" };
  const shown = kind === "link" ? `${name} -> ${target}` : name;
  return `${modes[kind]} ftp      ftp      ${String(sizeBytes).padStart(8)} ${date} ${shown}`;
}

/** A line of MLSD (RFC 3659), without some facts; a link as proftpd shows it. */
export function mlsdLine(
  { name, kind, sizeBytes, modifiedAt, target }: Entry,
  leftOut: ReadonlySet<string> = new Set(),
): string {
  const facts = {
    type: { directory: "dir", file: "file", link: `OS.unix=slink:${target}` }[kind],
    ...(kind === "directory" ? {} : { size: sizeBytes }),
    modify: timestamp(modifiedAt),
  };
  const kept = Object.entries(facts).filter(([fact]) => !leftOut.has(fact));
  return `${kept.map(([fact, value]) => `${fact}=${value};`).join("")} ${name}`;
}

/** `YYYYMMDDHHMMSS` in UTC, as in MLSD and MDTM. */
export function timestamp(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19).replace(/\D/g, "");
}

/** The absolute path that `path` means in `directory`. */
export function resolved(directory: string, path: string): string {
  const segments: string[] = [];
  for (const segment of `${path.startsWith("/") ? "" : directory}/${path}`.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

function directoryOf(absolute: string): string {
  return absolute.slice(0, Math.max(1, absolute.lastIndexOf("/")));
}

function nameOf(absolute: string): string {
  return absolute.slice(absolute.lastIndexOf("/") + 1);
}
