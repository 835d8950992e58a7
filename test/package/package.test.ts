/**
 * The package as people get it: packed, installed outside of the project with what it needs in production alone, and used
 * from the first command to an upgrade, against a provider on loopback. `npm run test:package` builds it first. Needs the npm registry, and
 * for the page Debian's chromium, as test/browser does.
 */
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import type { DatasetStatus } from "../../functions/runtime/datasetStatus.ts";
import { eventually, inBrowser } from "../browser/browser.ts";
import { airFiles, airPath } from "../functions/cli/command.ts";
import { airHours } from "../support/airGranules.ts";
import { freePort } from "../support/freePort.ts";
import { type FtpServer, startFtpServer } from "../support/ftpServer.ts";
import { patienceMs } from "../support/patience.ts";
import { accrete, builtManifest, command, install, nodeOf, npm, packAs } from "./installed.ts";

const id = "air";
const { version } = await builtManifest();
const later = `${version}-later`;

/** A keeper's repository, and the provider of its dataset. */
let root: string;
let keeper: string;
let provider: FtpServer;
let environment: Readonly<Record<string, string>>;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "accrete-package-"));
  const files = airFiles();
  const published = airHours.slice(0, 2).map((hour) => [airPath(hour), files[airPath(hour)]] as const);
  provider = await startFtpServer({ files: Object.fromEntries(published) as typeof files });
  environment = { ACCRETE_SOURCE: provider.url };
});
after(async () => {
  await provider?.close();
  await rm(root, { recursive: true, force: true });
});

/** Runs the installed command in the keeper's repository, and expects it to succeed without a word on stderr. */
async function ok(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await accrete(keeper, args, environment);
  assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" }, `${args.join(" ")}: ${stdout}`);
  return stdout;
}

async function quietly(typed: readonly string[], node: string) {
  const { exitCode, stderr } = await accrete(keeper, typed, environment, node);
  return { exitCode, stderr };
}

/** How long `--help` of that command takes. */
async function secondsOf(path: string): Promise<number> {
  const began = performance.now();
  const { exitCode } = await command(process.execPath, keeper, [path, "--help"]);
  assert.equal(exitCode, 0);
  return (performance.now() - began) / 1000;
}

async function statusOf(): Promise<DatasetStatus> {
  return JSON.parse(await ok("status", id, "--json")) as DatasetStatus;
}

describe("the installed package", () => {
  before(async () => {
    const tarball = await packAs(version, root);
    const first = join(root, "first");
    await npm(root, "init", "--yes", "--init-type=module");
    await install(root, tarball);
    const made = await accrete(root, ["init", first]);
    assert.deepEqual([made.exitCode, made.stderr], [0, ""]);
    keeper = first;
    await install(keeper, tarball);
  });

  test("has no test, no source in TypeScript but the templates, and nothing of the project's own", async () => {
    const home = join(keeper, "node_modules/accrete-zarr");
    const paths = await filesBelow(home);
    const foreign = paths.filter(
      (path) =>
        /\.test\.|^test\/|^\.ci|^node_modules|^functions\/build\/(package|page)\.js/.test(path) ||
        (/(?<!\.d)\.ts$/.test(path) && !path.startsWith("functions/cli/init/template/")),
    );
    assert.deepEqual(foreign, []);
    for (const path of [
      "THIRD-PARTY-NOTICES.txt",
      "LICENSE",
      "CHANGELOG.md",
      "dist/page/index.html",
      "schemas/status.schema.json",
      "schemas/descriptor.schema.json",
      "terraform/main.tf",
      "functions/library/index.d.ts",
      "functions/library/index.js.map",
    ])
      assert.ok(paths.includes(path), path);
  });

  test("imports no package that it does not depend on", async () => {
    const home = join(keeper, "node_modules/accrete-zarr");
    const { dependencies } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as Dependent;
    const modules = (await filesBelow(home)).filter((path) => /^(functions|shared)\/.*\.js$/.test(path));
    const imported = new Set<string>();
    for (const path of modules) {
      const text = await readFile(join(home, path), "utf8");
      for (const [, name = ""] of text.matchAll(
        /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)"(@[^/"]+\/[^/"]+|[^./"@\s][^/":\s]*)[/"]/gm,
      ))
        imported.add(name);
    }
    const own = ["accrete-zarr", "node"];
    assert.ok(imported.has("commander"));
    assert.deepEqual(
      [...imported].filter((name) => !own.includes(name) && !(name in dependencies)),
      [],
    );
  });

  test("makes a descriptor from one granule and some answers, and says what comes next", async () => {
    const answers = ["--fields", `${id}:float32`, "--latitude", "75,-2.5,25", "--longitude", "200,2.5,53"];
    const words = [
      "--title",
      "Air",
      "--summary",
      "Air temperature",
      "--institution",
      "none",
      "--license",
      "MIT",
    ];
    const granule = `${provider.url}${airPath(airHours[0])}`;
    const typed = ["new-dataset", granule, "--yes", "--id", id, ...answers, ...words];
    const more = ["--source-text", "granules", "--units", `${id}=K`, "--long-name", `${id}=air temperature`];
    const range = [
      "--valid-range",
      `${id}=150,350`,
      "--start",
      "2013-01-01T00:00:00Z",
      "--end",
      "2013-01-01T18:00:00Z",
    ];
    const { exitCode, stdout, stderr } = await accrete(keeper, [
      ...typed,
      ...more,
      ...range,
      "--step",
      "PT6H",
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^wrote datasets\/air\.ts/);
    assert.match(await readFile(join(keeper, "datasets/air.ts"), "utf8"), /from "accrete-zarr"/);
  });

  test("checks descriptors against the metadata that is kept beside them", async () => {
    const unkept = await accrete(keeper, ["check", id]);
    assert.equal(unkept.exitCode, 3, unkept.stdout + unkept.stderr);
    await ok("check", "--update");
    await ok("check");
  });

  test("plans, extends, and tells how the dataset is", async () => {
    assert.match(await ok("plan", id), /2 granules/);
    assert.match(await ok("extend", id), /2 timesteps ingested, 0 failed/);
    const { length, gap_count, valid_through } = await statusOf();
    assert.deepEqual([length, gap_count, valid_through], [2, 0, "2013-01-01T06:00:00Z"]);
    assert.match(await ok("doctor", id), /0 faults/);
  });

  test("builds the archive, the same wherever the repository lies, whose functions start as the platform starts them", async () => {
    await ok("build");
    const archive = await readFile(join(keeper, "dist/functions.zip"));
    const known = JSON.parse(await readFile(join(keeper, "dist/datasets.json"), "utf8")) as object;
    assert.ok(id in known, JSON.stringify(known));
    const elsewhere = join(root, "another place");
    await command("cp", root, ["--archive", "--link", keeper, elsewhere]);
    const again = await accrete(elsewhere, ["build", "--json"]);
    assert.deepEqual([again.exitCode, again.stderr], [0, ""]);
    const { sha256 } = JSON.parse(again.stdout) as { sha256: string };
    assert.equal(sha256, createHash("sha256").update(archive).digest("hex"));

    const deployed = join(keeper, "dist/functions");
    await npm(deployed, "ci", "--omit=dev", "--ignore-scripts");
    const port = await freePort();
    const instance = spawn(join(deployed, "node_modules/.bin/functions-framework"), [], {
      cwd: deployed,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        PORT: String(port),
        FUNCTION_TARGET: "status",
        FUNCTION_SIGNATURE_TYPE: "http",
        LOG_EXECUTION_ID: "true",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await began(instance);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(patienceMs) });
      const { faults } = (await answer.json()) as { faults: readonly string[] };
      assert.ok(faults.includes("ACCRETE_STORE is not set"), faults.join("; "));
    } finally {
      if (instance.kill("SIGKILL")) await once(instance, "exit");
    }
  });

  test("gives programs and their compiler what they import", async () => {
    await npm(root, "install", "--no-save", "typescript@7", "@types/node@24");
    await writeFile(join(keeper, "program.ts"), await documentedProgram());
    const options = [
      "--noEmit",
      "--ignoreConfig",
      "--types",
      "node",
      "--allowImportingTsExtensions",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--skipLibCheck",
    ];
    const checked = await command(join(root, "node_modules/.bin/tsc"), keeper, [...options, "program.ts"]);
    assert.deepEqual([checked.exitCode, checked.stdout], [0, ""]);
    const ran = await command(process.execPath, keeper, ["program.ts", provider.url]);
    assert.deepEqual([ran.exitCode, ran.stderr], [0, ""]);
    assert.match(
      ran.stdout,
      /^2 pending\nextended \{.*"length":2.*\}\n2 ingested, 0 failed\nvalid through 2013-01-01T06:00:00Z\n$/,
    );
  });

  test("runs on the oldest Node that it says, and tells an older one so in a sentence", async () => {
    const oldest = await nodeOf("22.18.0", root);
    const ran = await accrete(keeper, ["status", id, "--json"], environment, oldest);
    assert.deepEqual([ran.exitCode, ran.stderr], [0, ""]);
    assert.equal((JSON.parse(ran.stdout) as DatasetStatus).length, 2);
    const made = join(root, "made by the oldest");
    for (const typed of [["init", made], ["check"], ["build", "--json"]])
      assert.deepEqual(await quietly(typed, oldest), { exitCode: 0, stderr: "" }, typed.join(" "));
    const older = await accrete(keeper, ["status", id], environment, await nodeOf("20.19.0", root));
    assert.deepEqual(older, {
      exitCode: 1,
      stdout: "",
      stderr: "accrete: this is Node 20.19.0, and 22.18 or later is needed\n",
    });
  });

  test("starts no slower than the checkout's command, from its second start on", async () => {
    const installed = join(keeper, "node_modules/.bin/accrete");
    const inCheckout = join(import.meta.dirname, "../../functions/cli/accrete.ts");
    const seconds = { installed: [] as number[], inCheckout: [] as number[] };
    // In turns, so that both meet the same machine; the least of many is what the programs themselves take.
    for (let round = 0; round < 9; round++) {
      seconds.installed.push(await secondsOf(installed));
      seconds.inCheckout.push(await secondsOf(inCheckout));
    }
    const [least, leastInCheckout] = [Math.min(...seconds.installed), Math.min(...seconds.inCheckout)];
    assert.ok(least < 1.15 * leastInCheckout, `${least} s, and ${leastInCheckout} s in the checkout`);
  });

  test("is upgraded without a change of any file of the keeper's, and goes on where it was", async () => {
    const before = await kept();
    await install(keeper, await packAs(later, root));
    assert.match(await ok("--version"), new RegExp(later.replaceAll(".", "\\.")));
    assert.deepEqual(await kept(), before);
    await ok("check");
    const [, , hour] = airHours;
    const file = airFiles()[airPath(hour)];
    provider.put(airPath(hour), file?.bytes as Uint8Array, file?.modifiedAt);
    assert.match(await ok("extend", id), /1 timestep ingested, 0 failed/);
    assert.equal((await statusOf()).length, 3);
  });
});

inBrowser("the installed package's page", startServe, (site) => {
  test("shows the dataset", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await eventually(
        () => page.locator("body").innerText(),
        (text) => text.includes("1 Jan 2013 12:00 UTC"),
        "what the page says",
      );
    });
  });
});

/** `accrete serve` of the installed package, on a port of its own. */
async function startServe() {
  const port = await freePort();
  const serving = spawn(join(keeper, "node_modules/.bin/accrete"), ["serve", "--port", String(port)], {
    cwd: keeper,
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await began(serving);
  return {
    url: `http://127.0.0.1:${port}/#${id}`,
    async close() {
      if (serving.kill("SIGTERM")) await once(serving, "exit");
    },
  };
}

/** Resolves once a process says something; rejects if it ends before. */
async function began(process: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  const ended = once(process, "exit").then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
  await Promise.race([once(process.stdout, "data"), ended]);
  ended.catch(() => undefined);
  process.stdout.resume();
}

interface Dependent {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What a keeper has: the hash of each file, by path, but for what npm, a build and a run make. */
async function kept(): Promise<Readonly<Record<string, string>>> {
  const made = /^(node_modules|dist|data)\/|^package(-lock)?\.json$/;
  const paths = (await filesBelow(keeper)).filter((path) => !made.test(path));
  const hashed = paths.map(async (path) => {
    const bytes = await readFile(join(keeper, path));
    return [path, createHash("sha256").update(bytes).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(directory, join(entry.parentPath, entry.name))).sort();
}

/** The program that `functions/README.md` shows. */
async function documentedProgram(): Promise<string> {
  const text = await readFile(new URL("../../functions/README.md", import.meta.url), "utf8");
  const [, program = ""] = /<!-- program -->\n```ts\n(.*?)```/s.exec(text) ?? [];
  const lines = program.split("\n").length;
  assert.ok(lines > 10 && lines < 30, `${lines} lines`);
  return program;
}
