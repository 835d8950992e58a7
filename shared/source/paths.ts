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
