import { UsageError } from "../errors.ts";
import type { NamePattern } from "./source.ts";

/** A path's directory and name; the directory is "" where the path has no slash. */
export function split(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { directory: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}

export function directoryOf(path: string | NamePattern): string {
  return typeof path === "string" ? split(path).directory : path.directory;
}

/** The name that a path has; `undefined` for a pattern, which may be that of many. */
export function nameOf(path: string | NamePattern): string | undefined {
  return typeof path === "string" ? split(path).name : undefined;
}

/** What no name of these comes before, by bytes. */
export function firstNameOf(path: string | NamePattern): string {
  return typeof path === "string" ? split(path).name : path.prefix;
}

/** For people. */
export function textOf(path: string | NamePattern): string {
  return typeof path === "string" ? path : path.text;
}

/** Whether a file at that path would be one that is looked for there. */
export function isAt(one: string | NamePattern, path: string): boolean {
  if (typeof one === "string") return one === path;
  const { directory, name } = split(path);
  return directory === one.directory && name.startsWith(one.prefix) && one.choose([name]).best === name;
}

/** The segments of a path, of which empty ones are none. */
export function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** The absolute path of `path` below an absolute one. Throws a `UsageError` for a path that would leave it, or that has a control character. */
export function absoluteBelow(base: string, path: string): string {
  const segments = segmentsOf(path);
  if (/\p{Cc}/u.test(path) || segments.includes("..") || segments.includes(".")) {
    throw new UsageError([`path ${JSON.stringify(path)}: has a '.' or '..' segment or a control character`]);
  }
  return `/${[...segmentsOf(base), ...segments].join("/")}`;
}
