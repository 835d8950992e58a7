/**
 * A Dockerfile's image without a Docker engine: each stage is a directory with this machine's programs mounted into it, read-only,
 * and this Node in the place of the base image's; its lines run there in a chroot. Needs root, and the right to mount.
 */
import assert from "node:assert/strict";
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { cp, lstat, mkdir, readFile, readlink, realpath, stat, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { isSent, readDockerfile, type Stage } from "./dockerfile.ts";

/** The users of the official images of Node. */
const passwd = "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n";
const group = "root:x:0:\nnode:x:1000:\n";
const basePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

type Mounts = readonly (readonly [from: string, place: string])[];

/** A stage that was built: a directory, and what its lines have set. */
export interface Image {
  readonly root: string;
  readonly stage: Stage;
  workdir: string;
  user: string;
  readonly variables: Record<string, string>;
  readonly volumes: string[];
}

export interface Builder {
  /** The directory that is sent to it: Dockerfile, .dockerignore, and what is copied. */
  readonly context: string;
  /** Where stages are made. */
  readonly directory: string;
  /** Directories that lines find at these places, as what a registry would send. */
  readonly mounts: Mounts;
  /** What npm has to know of this machine's network. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Why nothing can be built here; `undefined` where it can. */
export function imageLack(): string | undefined {
  const { status } = spawnSync("unshare", ["--mount", "--pid", "--fork", "chroot", "/", "true"]);
  return process.getuid?.() === 0 && status === 0 ? undefined : "this machine lets no one mount and chroot";
}

/** Builds every stage in order; returns the last. */
export async function buildImage(builder: Builder): Promise<Image> {
  const built: Image[] = [];
  for (const stage of readDockerfile(await readFile(join(builder.context, "Dockerfile"), "utf8"))) {
    assert.match(stage.image, /^node:\d+-slim$/, "what stands in for the base image is Debian with Node");
    const root = join(builder.directory, `stage-${built.length}`);
    await makeBase(root);
    const image = { root, stage, workdir: "/", user: "0:0", variables: { PATH: basePath }, volumes: [] };
    for (const step of stage.steps) await take(step, image, built, builder);
    built.push(image);
  }
  const image = built.at(-1);
  assert.ok(image);
  return image;
}

async function take(step: Stage["steps"][number], image: Image, built: readonly Image[], builder: Builder) {
  switch (step.kind) {
    case "workdir":
      image.workdir = step.value;
      return mkdir(join(image.root, step.value), { recursive: true });
    case "user":
      image.user = step.value;
      return;
    case "volume":
      return image.volumes.push(step.value);
    case "env":
      return Object.assign(image.variables, step.variables);
    case "run":
      return runLine(step.line, image, builder);
    case "copy":
      return copy(step, image, built, builder);
  }
}

async function copy(
  { from, sources, to }: Extract<Stage["steps"][number], { kind: "copy" }>,
  image: Image,
  built: readonly Image[],
  builder: Builder,
) {
  const other = built.find(({ stage }) => from !== undefined && stage.name === from);
  assert.ok(from === undefined || other, `no stage ${from}`);
  const ignore = await readFile(join(builder.context, ".dockerignore"), "utf8");
  for (const source of sources) {
    assert.ok(other || isSent(ignore, source), `${source} is not sent to the builder`);
    const path = join(other?.root ?? builder.context, source);
    const target = join(image.root, resolve(image.workdir, to));
    // A directory's content is copied, a file into a directory where that is what is named.
    const into = (await stat(path)).isFile() && to.endsWith("/") ? join(target, source) : target;
    await cp(path, into, { recursive: true, verbatimSymlinks: true });
  }
}

async function runLine(line: string, image: Image, { mounts, variables }: Builder): Promise<void> {
  for (const [, place] of mounts) await mkdir(join(image.root, place), { recursive: true });
  const own = { ...image, variables: { ...variables, ...image.variables } };
  const child = inside(own, ["/bin/sh", "-c", line], { mounts, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  const code = await new Promise((done) => child.on("close", done));
  assert.equal(code, 0, `RUN ${line}: ${said}`);
}

/** Starts the image as `docker run --read-only` does: its own user, its volumes, and nothing else that can be written. */
export async function startImage(
  image: Image,
  volumes: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const mounts = image.volumes.map((place) => [join(volumes, place), place] as const);
  for (const [from, place] of mounts) {
    // A new volume begins as what the image has there, with its owner.
    const made = await mkdir(from, { recursive: true });
    if (made) spawnSync("cp", ["--archive", `${join(image.root, place)}/.`, from]);
  }
  const { entrypoint, command } = image.stage;
  const line = [...entrypoint, ...(args.length > 0 ? args : command)];
  return inside(image, line, { mounts, isReadOnly: true, stdio: ["ignore", "pipe", "pipe"] });
}

/** The process that is the first one in the container, by its number outside. Signals go to it. */
export async function firstInside({ pid }: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return Number(children.split(" ")[0]);
}

interface Inside {
  readonly mounts: Mounts;
  readonly isReadOnly?: true;
  readonly stdio: SpawnOptions["stdio"];
}

/** A process in the image, the first of its own process namespace as in a container. */
function inside(image: Image, line: readonly string[], { mounts, isReadOnly, stdio }: Inside): ChildProcess {
  const { root, user, workdir, variables } = image;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const bind = (from: string, place: string, more = "") =>
    `mount --rbind ${quoted(from)} ${quoted(join(root, place))}${more && ` && mount -o remount,bind,${more} ${quoted(join(root, place))}`}`;
  const script = [
    "set -e",
    bind(root, "/", isReadOnly ? "ro" : ""),
    ...["/usr", "/etc/ssl"].map((place) => bind(place, place, "ro")),
    ...["/dev", "/proc"].map((place) => bind(place, place)),
    bind(join(root, "local"), "/usr/local", "ro"),
    bind(process.execPath, "/usr/local/bin/node"),
    ...mounts.map(([from, place]) => bind(from, place)),
    'exec "$@"',
  ].join("\n");
  const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const chrooted = [
    "chroot",
    `--userspec=${user}`,
    root,
    "env",
    "-i",
    "-C",
    workdir,
    ...environment,
    ...line,
  ];
  const own = ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh"];
  return spawn("unshare", [...own, ...chrooted], { stdio });
}

/** What the base image has, besides what is mounted: its directories, its users, npm. */
async function makeBase(root: string): Promise<void> {
  for (const path of ["usr", "etc/ssl", "dev", "proc", "tmp", "root", "home/node", "local/bin", "local/lib"])
    await mkdir(join(root, path), { recursive: true });
  for (const path of ["bin", "sbin", "lib", "lib64"])
    if ((await lstat(`/${path}`).catch(() => undefined))?.isSymbolicLink())
      await symlink(await readlink(`/${path}`), join(root, path));
  await writeFile(join(root, "etc/passwd"), passwd);
  await writeFile(join(root, "etc/group"), group);
  for (const path of ["etc/resolv.conf", "etc/hosts", "etc/nsswitch.conf"])
    await cp(`/${path}`, join(root, path), { dereference: true });
  await writeFile(join(root, "local/bin/node"), "");
  await cp(await npmDirectory(), join(root, "local/lib/npm"), { recursive: true });
  await symlink("../lib/npm/bin/npm-cli.js", join(root, "local/bin/npm"));
}

async function npmDirectory(): Promise<string> {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const path = await realpath(join(directory, "npm")).catch(() => undefined);
    if (path?.endsWith("bin/npm-cli.js")) return dirname(dirname(path));
  }
  throw new Error("npm is not on the path");
}
