/**
 * The Dockerfile of a repository that `accrete init` made, line by line with the package as it was packed, and what it makes as
 * people run it: as its own user, with nothing to write but its volume. Needs the npm registry, root, and the right to mount.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { createFilesystemStore } from "../../shared/store/filesystem/filesystemStore.ts";
import { runAccrete } from "../functions/cli/command.ts";
import { type FtpServer, startFtpServer } from "../support/ftpServer.ts";
import { readStore } from "../support/readStore.ts";
import { buildImage, firstInside, type Image, imageLack, startImage } from "./image.ts";
import { builtManifest, npm, packAs } from "./installed.ts";

const lack = imageLack();
const grid = new Float32Array(73 * 144).fill(280);
const now = ["--now", "2026-01-01T08:00:00Z"];

describe("the container", { skip: lack ?? false }, () => {
  let directory: string;
  let volumes: string;
  let provider: FtpServer;
  let image: Image;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "accrete-container-"));
    volumes = join(directory, "volumes");
    const [packed, context] = [join(directory, "packed"), join(directory, "keeper")];
    await mkdir(packed);
    const tarball = await packAs((await builtManifest()).version, packed);
    const made = await runAccrete(directory, ["init", context], {}).finished;
    assert.equal(made.exitCode, 0, made.stderr);
    // The lock names the tarball by the way to it from the repository: the same in the image.
    await npm(context, "install", "--package-lock-only", tarball);
    provider = await startFtpServer({
      files: { "/2026/01/t2m_2026010100.bin": new Uint8Array(grid.buffer) },
    });
    const mounts = [
      [packed, "/packed"],
      [cacheOfNpm(), "/root/.npm"],
    ] as const;
    image = await buildImage({ context, directory, mounts, variables: networkVariables() });
  });
  after(async () => {
    await provider?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** `docker run --read-only --volume …:/data IMAGE ARGS`, to its end. */
  async function run(args: readonly string[], of = image) {
    const child = await startImage(of, volumes, args);
    return endOf(child);
  }

  test("may write nothing but its volume, as a user who is not root", async () => {
    const shell = { ...image, stage: { ...image.stage, entrypoint: ["/bin/sh", "-c"] } };
    const { stdout, stderr } = await run(
      ["id -u; touch /keeper/a; touch /tmp/a; touch /data/a && rm /data/a"],
      shell,
    );
    assert.equal(stdout, "1000\n");
    assert.deepEqual(
      [...stderr.matchAll(/'(\S+)': Read-only file system/g)].map(([, path]) => path),
      ["/keeper/a", "/tmp/a"],
      stderr,
    );
  });

  test("explains itself where nothing is asked of it", async () => {
    const { exitCode, stdout, stderr } = await run([]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /^Usage: accrete /);
  });

  test("has the repository's datasets, and no dev dependency", async () => {
    const { exitCode, stdout, stderr } = await run(["datasets", "--json"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const { datasets } = JSON.parse(stdout) as { datasets: readonly { dataset: string }[] };
    assert.deepEqual(
      datasets.map(({ dataset }) => dataset),
      ["example"],
    );
    const installed = await readdir(join(image.root, "keeper/node_modules"));
    for (const name of ["typescript", "preact", "fast-check"]) assert.ok(!installed.includes(name), name);
  });

  test("extends a dataset in its volume, and tells how it is", async () => {
    const extended = await run(["extend", "example", "--source", provider.url, ...now]);
    assert.deepEqual([extended.exitCode, extended.stderr], [0, ""], extended.stdout);
    const { exitCode, stdout, stderr } = await run(["status", "example", ...now, "--json"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.equal((JSON.parse(stdout) as { length: number }).length, 1);
    const read = await readStore(createFilesystemStore(join(volumes, "data"), randomUUID), "example");
    assert.deepEqual(read?.arrays.t2m, [Array.from(grid)]);
    assert.equal((await stat(join(volumes, "data/example.zarr"))).uid, 1000);
  });

  test("ends by the signal with which it is stopped, as the first process that it is", async () => {
    const before = provider.count("USER");
    const child = await startImage(image, volumes, [
      "extend",
      "example",
      "--watch",
      "--source",
      provider.url,
    ]);
    const ended = endOf(child);
    await provider.awaitCommand("USER", before + 1);
    process.kill(await firstInside(child), "SIGTERM");
    const { exitCode, stderr } = await ended;
    assert.equal(exitCode, 130, stderr);
  });
});

async function endOf(child: ChildProcess) {
  const code = new Promise<number | null>((done) => child.on("close", done));
  assert.ok(child.stdout && child.stderr);
  const [exitCode, stdout, stderr] = await Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** Where npm keeps what it has fetched already. */
function cacheOfNpm(): string {
  return execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim();
}

/** What npm has to know of this machine's way to its registry. */
function networkVariables(): Record<string, string> {
  const known = /^(npm_config_registry|NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i;
  const own = Object.entries(process.env).filter(([name]) => known.test(name)) as [string, string][];
  return { ...Object.fromEntries(own), npm_config_prefer_offline: "true" };
}
