/**
 * `accrete init`: a repository of one's own that works as it was made, in a place where nothing is lost: what is there stays as it is,
 * and what cannot be finished leaves nothing.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { packageNameOf } from "../../../functions/cli/init/template.ts";
import { writeNew } from "../../../functions/cli/init/writeNew.ts";
import { createFilesystemStore } from "../../../shared/store/filesystem/filesystemStore.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { readStore } from "../../support/readStore.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { runAccrete } from "./command.ts";

const project = resolve(import.meta.dirname, "../../..");
const command = join(project, "functions/cli/accrete.ts");

const expected = [
  ".dockerignore",
  ".github/workflows/check.yml",
  ".gitignore",
  "Dockerfile",
  "README.md",
  "datasets/example.metadata.json",
  "datasets/example.ts",
  "package.json",
  "terraform/main.tf",
  "terraform/outputs.tf",
  "terraform/terraform.tfvars",
  "terraform/variables.tf",
  "tsconfig.json",
];

const accrete = (directory: string, ...args: readonly string[]) => runAccrete(directory, args, {}).finished;

/** What lies below a directory, links too, and the directories that hold nothing. */
async function below(directory: string): Promise<string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = found
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .sort();
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
}

/** A repository as `accrete init` makes it, with this checkout in the place of what npm would install. */
async function createKeeper(t: TestContext): Promise<string> {
  const keeper = join(await temporaryDirectory(t), "keeper");
  const { exitCode, stderr } = await accrete("/", "init", keeper);
  assert.equal(exitCode, 0, stderr);
  await mkdir(join(keeper, "node_modules"));
  await symlink(project, join(keeper, "node_modules/accrete-zarr"));
  return keeper;
}

describe("accrete init", () => {
  test("makes the directory with every file, and says what comes next", async (t) => {
    const directory = await temporaryDirectory(t);
    const { exitCode, stdout, stderr } = await accrete(directory, "init", "My Rain");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.deepEqual(await below(join(directory, "My Rain")), expected);
    for (const path of expected) assert.ok(stdout.includes(`\n  ${path}\n`), path);
    assert.match(stdout, /^ {2}cd 'My Rain' && npm install$/m);
    for (const next of ["new-dataset", "check", "extend ID"])
      assert.match(stdout, new RegExp(`^ {2}npx accrete ${next}`, "m"));
  });

  test("names the package for the folder, and asks for this version of Accrete or a later one like it", async (t) => {
    const directory = await temporaryDirectory(t);
    const { stdout } = await accrete(directory, "init", "My Rain", "--json");
    const { version } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    assert.deepEqual(JSON.parse(stdout), {
      directory: join(directory, "My Rain"),
      package: "my-rain",
      version,
      files: expected,
    });
    const read = (path: string) => readFile(join(directory, "My Rain", path), "utf8");
    const manifest = JSON.parse(await read("package.json"));
    assert.deepEqual(
      [manifest.name, manifest.private, manifest.type, manifest.dependencies],
      ["my-rain", true, "module", { "accrete-zarr": `^${version}` }],
    );
    for (const path of expected) assert.doesNotMatch(await read(path), /\{\{/, path);
  });

  test("takes the directory that it runs in, and leaves what is there", async (t) => {
    const directory = await temporaryDirectory(t);
    for (const path of [".git", "notes"]) await mkdir(join(directory, path));
    await writeFile(join(directory, "notes/rain.txt"), "mine");
    const { exitCode, stdout } = await accrete(directory, "init", ".");
    assert.equal(exitCode, 0);
    assert.deepEqual(await below(directory), [...expected, ".git", "notes/rain.txt"].sort());
    assert.match(stdout, /^ {2}npm install$/m);
    assert.equal(await readFile(join(directory, "notes/rain.txt"), "utf8"), "mine");
  });

  test("refuses what it would overwrite, by name, and writes nothing", async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, "README.md"), "mine");
    await symlink("nowhere", join(directory, "Dockerfile"));
    await mkdir(join(directory, "package.json"));
    const { exitCode, stderr } = await accrete(directory, "init", ".", "--json");
    assert.equal(exitCode, 2);
    assert.deepEqual(JSON.parse(stderr).error.faults, [
      `${join(directory, "Dockerfile")} is there already`,
      `${join(directory, "README.md")} is there already`,
      `${join(directory, "package.json")} is there already`,
      "nothing was written: name another directory",
    ]);
    assert.deepEqual(await below(directory), ["Dockerfile", "README.md", "package.json"]);
    assert.equal(await readFile(join(directory, "README.md"), "utf8"), "mine");
  });

  for (const taken of ["datasets", "."] as const)
    test(`leaves nothing where it cannot make a directory, as ${taken} is a file`, async (t) => {
      const directory = await temporaryDirectory(t);
      const keeper = join(directory, "keeper");
      if (taken === "datasets") await mkdir(keeper);
      await writeFile(join(keeper, taken), "mine");
      const { exitCode, stderr } = await accrete(directory, "init", "keeper");
      assert.equal(exitCode, 1);
      assert.match(stderr, /^accrete: write \S+: \w+: .*; what was written until then is removed again\n$/);
      assert.deepEqual(await below(directory), [join("keeper", taken)]);
    });

  test("leaves nothing on a disk that gets full", async (t) => {
    const directory = await temporaryDirectory(t);
    // Two pages: the first files fit. What lies there is seen before the mount goes.
    const line = 'mount -t tmpfs -o size=8k none "$0" && { "$@"; echo "ended $?"; ls -A "$0"; }';
    const mounted = ["--map-root-user", "--mount", "sh", "-c", line, directory];
    const { error, stdout, stderr } = spawnSync(
      "unshare",
      [...mounted, process.execPath, command, "init", join(directory, "keeper")],
      { encoding: "utf8", env: { PATH: process.env.PATH } },
    );
    if (error || !stdout.includes("ended")) return t.skip("this machine lets no one mount a small disk");
    assert.match(stderr, /^accrete: write \S+: ENOSPC: no space left on device, .* is removed again\n$/);
    assert.equal(stdout, "ended 1\n");
  });

  test("leaves nothing where it is interrupted", async (t) => {
    const directory = await temporaryDirectory(t);
    const stop = new AbortController();
    const reason = new Error("stopped");
    class Stopping extends Map<string, string> {
      override *entries() {
        for (const [count, entry] of [...super.entries()].entries()) {
          if (count === 2) stop.abort(reason);
          yield entry;
        }
        return undefined;
      }
      override [Symbol.iterator]() {
        return this.entries();
      }
    }
    const files = new Stopping(["a/b/c.txt", "a/d.txt", "e.txt"].map((path) => [path, "text"]));
    await assert.rejects(writeNew(join(directory, "keeper"), files, stop.signal), reason);
    assert.deepEqual(await below(directory), []);
  });

  test("finds a name that npm takes", () => {
    const names = { rain: "rain", "My Rain": "my-rain", "_.a": "a", "…": "my-datasets", "": "my-datasets" };
    for (const [folder, name] of Object.entries(names)) assert.equal(packageNameOf(folder), name);
    assert.equal(
      packageNameOf("accrete-zarr"),
      "my-datasets",
      "no package may depend on one of its own name",
    );
  });
});

describe("the repository that it makes", () => {
  test("has one dataset, which lists, is as kept, deploys, and grows from granules of the form that it describes", async (t) => {
    const keeper = await createKeeper(t);
    const listed = await accrete(keeper, "datasets", "--json");
    const ids = JSON.parse(listed.stdout).datasets.map(({ dataset }: { dataset: string }) => dataset);
    assert.deepEqual([listed.exitCode, ids], [0, ["example"]]);

    const checked = await accrete(keeper, "check");
    assert.deepEqual([checked.exitCode, checked.stdout, checked.stderr], [0, "example: as kept\n", ""]);

    const built = await accrete(keeper, "build", "--json");
    assert.deepEqual([built.exitCode, JSON.parse(built.stdout).datasets], [0, ["example"]], built.stderr);

    const grid = Array.from({ length: 73 * 144 }, (_, index) => 200 + index / 128);
    const granule = Float32Array.from(grid).fill(-9999, grid.length - 1);
    const files = { "/2026/01/t2m_2026010100.bin": new Uint8Array(granule.buffer) };
    const server = await startFtpServer({ files });
    t.after(() => server.close());
    const line = ["extend", "example", "--source", server.url, "--now", "2026-01-01T08:00:00Z"];
    const extended = await accrete(keeper, ...line);
    assert.equal(extended.exitCode, 0, extended.stderr);
    const read = await readStore(createFilesystemStore(join(keeper, "data"), randomUUID), "example");
    assert.deepEqual(read?.times, ["2026-01-01T00:00:00Z"]);
    assert.deepEqual(read?.arrays.t2m, [[...grid.slice(0, -1), null]]);
  });
});
