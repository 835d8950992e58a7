/** A file as an FTP server shows it; `modifiedAt` in milliseconds since 1970 UTC. */
export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/** Files by path from the server's root; without a date they count as put when the server starts. */
export type FileTree = Readonly<Record<string, Uint8Array | ServedFile>>;

/** One line of a listing. Only a file has a size of its own. */
export interface Entry {
  readonly name: string;
  readonly kind: "file" | "directory";
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** `ls` shows the year instead of the time beyond half a year of 365.2425 days. */
const recentMs = 31_556_952_000 / 2;

/** Files and their directories, in memory. A directory stays when its last file goes. */
export class ServedFiles {
  readonly #now: () => number;
  readonly #files = new Map<string, ServedFile>();
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
    for (let parent = directoryOf(absolute); parent !== "/"; parent = directoryOf(parent)) {
      this.#directories.add(parent);
    }
  }

  remove(path: string): void {
    this.#files.delete(resolved("/", path));
  }

  file(absolute: string): ServedFile | undefined {
    return this.#files.get(absolute);
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
    return entries;
  }
}

/** A line of `ls -l` in UTC: with the time for the last half year, with the year before that and for the future. */
export function unixLine({ name, kind, sizeBytes, modifiedAt }: Entry, now: number): string {
  const at = new Date(modifiedAt);
  const isRecent = modifiedAt <= now && modifiedAt > now - recentMs;
  const time = isRecent ? at.toISOString().slice(11, 16) : String(at.getUTCFullYear()).padStart(5);
  const date = `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${time}`;
  const mode = kind === "directory" ? "drwxr-xr-x    2" : "-rw-r--r--    1";
  return `${mode} ftp      ftp      ${String(sizeBytes).padStart(8)} ${date} ${name}`;
}

/** A line of MLSD (RFC 3659). */
export function mlsdLine({ name, kind, sizeBytes, modifiedAt }: Entry): string {
  const facts = kind === "directory" ? "type=dir;" : `type=file;size=${sizeBytes};`;
  return `${facts}modify=${timestamp(modifiedAt)}; ${name}`;
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
