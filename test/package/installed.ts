import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { patienceMs } from "../support/patience.ts";

const run = promisify(execFile);
const project = resolve(import.meta.dirname, "../..");
const built = join(project, "dist/package");
const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What stands in the manifest of the package that was built. */
export async function builtManifest(): Promise<{ readonly name: string; readonly version: string }> {
  return JSON.parse(await readFile(join(built, "package.json"), "utf8")) as { name: string; version: string };
}

/** Packs what `npm run build:package` made, as that version; returns the tarball's path. */
export async function packAs(version: string, directory: string): Promise<string> {
  const copy = join(directory, `package-${version}`);
  await cp(built, copy, { recursive: true });
  await writeFile(
    join(copy, "package.json"),
    JSON.stringify({ ...(await builtManifest()), version }, undefined, 2),
  );
  await npm(directory, "pack", copy);
  return join(directory, `accrete-zarr-${version}.tgz`);
}

/** Runs npm in a directory. */
export async function npm(directory: string, ...args: string[]): Promise<void> {
  await run("npm", [...args, ...quiet], { cwd: directory, timeout: patienceMs });
}

/** Installs the tarball with what it needs in production alone. */
export function install(directory: string, tarball: string): Promise<void> {
  return npm(directory, "install", "--omit=dev", "--ignore-scripts", tarball);
}

/** The Node of that version from the npm registry, unpacked in a directory of its own; returns the program's path. */
export async function nodeOf(version: string, directory: string): Promise<string> {
  const into = join(directory, `node-${version}`);
  await mkdir(into);
  await writeFile(join(into, "package.json"), "{}");
  const name = `node-linux-${process.arch}`;
  await npm(into, "install", "--ignore-scripts", `${name}@${version}`);
  return join(into, "node_modules", name, "bin/node");
}

/**
 * Runs the installed command as a shell would, with no other environment than this. `node` is the Node that is found first.
 * What it prints for errors goes to `stderr`; a failure is a value.
 */
export async function accrete(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  node = process.execPath,
): Promise<Ran> {
  return command(join(directory, "node_modules/.bin/accrete"), directory, args, environment, node);
}

/** The same for any program. */
export async function command(
  program: string,
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  node = process.execPath,
): Promise<Ran> {
  const env = { PATH: [dirname(node), process.env.PATH].join(delimiter), HOME: directory, ...environment };
  const options = { cwd: directory, env, timeout: patienceMs, maxBuffer: 64 * 1024 * 1024 };
  return run(program, args, options).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      exitCode: code,
      stdout,
      stderr,
    }),
  );
}
