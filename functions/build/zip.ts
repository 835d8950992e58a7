import { type ZipOptions, zipSync } from "fflate";

/**
 * What would differ from build to build is the same in every archive. The format's time is that of the clock on the wall:
 * its first instant, wherever that is.
 */
const everyFile: ZipOptions = { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 };

/** A zip archive of files by path, whose bytes depend on nothing else. */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const paths = [...files.keys()].sort();
  return zipSync(
    Object.fromEntries(paths.map((path) => [path, [files.get(path) as Uint8Array, everyFile] as const])),
  );
}
