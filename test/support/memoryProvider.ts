import { GranuleError, SourceError } from "../../shared/errors.ts";
import type { FtpClient, ListedFile } from "../../shared/source/ftp/client.ts";

export interface Published {
  /** Milliseconds since 1970 UTC. */
  readonly modifiedAt: number;
  /** The date as a listing without exact dates shows it. */
  readonly listedDate?: string;
  /** What the listing says, where that is not the truth. */
  readonly listedBytes?: number;
  /** Listed, though fetching finds nothing. */
  readonly gone?: boolean;
}

export type SourceOperation = "list" | "fetch" | "modifiedAt" | "sizeBytes";

/** A provider in memory, in the place of an FTP server: it counts what it is asked and fails as it is told. */
export interface MemoryProvider extends FtpClient {
  /** `exact`: listings hold exact dates, as MLSD does. `coarse`: they hold a text, as LIST does. */
  readonly listing: "exact" | "coarse";
  /** The paths that were asked for, in order. */
  readonly asked: Readonly<Record<SourceOperation, string[]>>;
  /** Runs before each answer: throw to fail it. */
  meddle: ((operation: SourceOperation, path: string) => Promise<void> | void) | undefined;
  publish(path: string, bytes: Uint8Array, published: Published): void;
  remove(path: string): void;
  /** A directory that stays there without files. */
  makeDirectory(path: string): void;
  /** Forgets what was asked. */
  forget(): void;
}

export function createMemoryProvider(listing: "exact" | "coarse" = "exact"): MemoryProvider {
  const files = new Map<string, Published & { readonly bytes: Uint8Array }>();
  const directories = new Set<string>();
  const asked = {
    list: [] as string[],
    fetch: [] as string[],
    modifiedAt: [] as string[],
    sizeBytes: [] as string[],
  };

  const provider: MemoryProvider = {
    listing,
    asked,
    meddle: undefined,
    publish(path, bytes, published) {
      files.set(path, { ...published, bytes: bytes.slice() });
    },
    remove(path) {
      files.delete(path);
    },
    makeDirectory(path) {
      directories.add(path);
    },
    forget() {
      for (const paths of Object.values(asked)) paths.length = 0;
    },
    async list(directory, signal) {
      await enter("list", directory, signal);
      const found = [...files].filter(
        ([path]) => path.slice(0, Math.max(0, path.lastIndexOf("/"))) === directory,
      );
      return found.length === 0 && !directories.has(directory)
        ? undefined
        : { files: found.map(([path, file]) => listed(path, file)), directories: directoriesIn(directory) };
    },
    async modifiedAt(path, signal) {
      await enter("modifiedAt", path, signal);
      return files.get(path)?.modifiedAt;
    },
    async sizeBytes(path, signal) {
      await enter("sizeBytes", path, signal);
      return files.get(path)?.bytes.length;
    },
    async fetch(path, bytesMax, signal) {
      await enter("fetch", path, signal);
      const file = files.get(path);
      if (!file || file.gone) return undefined;
      if (file.bytes.length > bytesMax) throw new GranuleError("tooLarge", `${path}: over ${bytesMax} bytes`);
      return file.bytes.slice();
    },
    async close() {},
  };

  function directoriesIn(directory: string): string[] {
    const above = directory === "" ? "" : `${directory}/`;
    const below = [...files.keys()].filter((path) => path.startsWith(above));
    const segments = below.map((path) => path.slice(above.length).split("/"));
    return [...new Set(segments.flatMap(([first = "", ...more]) => (more.length > 0 ? [first] : [])))];
  }

  async function enter(operation: SourceOperation, path: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    asked[operation].push(path);
    await provider.meddle?.(operation, path);
    signal.throwIfAborted();
  }

  function listed(path: string, file: Published & { readonly bytes: Uint8Array }): ListedFile {
    const exact = new Date(file.modifiedAt).toISOString();
    return {
      name: path.slice(path.lastIndexOf("/") + 1),
      sizeBytes: file.listedBytes ?? file.bytes.length,
      listedDate: file.listedDate ?? (listing === "exact" ? exact : exact.slice(0, 10)),
      ...(listing === "exact" ? { modifiedAt: file.modifiedAt } : {}),
    };
  }
  return provider;
}

export const unreachable = () => new SourceError("unreachable", "ftp://nowhere.invalid: no route to host");
export const refused = () => new SourceError("refused", "ftp://nowhere.invalid: 530 login incorrect");
export const transferFailed = () => new SourceError("transfer", "ftp://nowhere.invalid: 426 interrupted");
