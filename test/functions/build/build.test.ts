/**
 * What is deployed is made by one command and is the same wherever it is made, is complete, and starts with nothing but
 * what its own lock names. The last needs the npm registry: it is skipped where that cannot be reached, but not in CI.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { type Lock, lockedVersion, partOfLock } from "../../../functions/build/lock.ts";
import { UsageError } from "../../../shared/errors.ts";
import { freePort } from "../../support/freePort.ts";
import { patienceMs } from "../../support/patience.ts";

const run = promisify(execFile);
const project = resolve(import.meta.dirname, "../../..");
const framework = "@google-cloud/functions-framework";

describe("accrete build", () => {
  let directory: string;
  let printed: string;
  let files: Readonly<Record<string, Uint8Array>>;
  const built = (name: string) => join(directory, name, "functions");
  const text = (path: string) => new TextDecoder().decode(files[path]);
  const zipOf = (name: string) => readFile(join(directory, name, "functions.zip"));

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "accrete-build-"));
    printed = await build(project, join(directory, "first"), { cwd: project, timeZone: "UTC" });
    files = unzipSync(await zipOf("first"));
  });
  after(() => rm(directory, { recursive: true }));

  test("makes the same bytes from any directory, in any place and in any time zone", async () => {
    const copy = join(directory, "a copy of the project");
    await mkdir(copy);
    for (const name of ["package.json", "package-lock.json", "functions", "shared", "dist/page"]) {
      await cp(join(project, name), join(copy, name), { recursive: true });
    }
    await symlink(join(project, "node_modules"), join(copy, "node_modules"));
    await build(copy, join(directory, "original"), { cwd: copy, timeZone: "Europe/Berlin" });
    const again = await build(copy, join(directory, "second"), {
      cwd: tmpdir(),
      timeZone: "Pacific/Auckland",
    });
    assert.deepEqual(await zipOf("second"), await zipOf("original"));
    assert.equal(hashIn(again), hashIn(printed));
  });

  test("zips exactly what it lays out: modules, the manifest and the lock at the root, and the page", async () => {
    const laidOut = await readdir(built("first"), { recursive: true, withFileTypes: true });
    const paths = laidOut
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(built("first"), join(parentPath, name)));
    assert.deepEqual(Object.keys(files).sort(), paths.sort());
    for (const [path, bytes] of Object.entries(files)) {
      assert.deepEqual(Buffer.from(bytes), await readFile(join(built("first"), path)), path);
    }
    const isModule = /^([\w-]+\.js|static-page\/static\/[\w.-]+\.(js|css))$/;
    const others = Object.keys(files).filter((path) => !isModule.test(path));
    const notices = others.filter((path) =>
      /^static-page\/static\/third-party-notices-[0-9A-F]{8}\.txt$/.test(path),
    );
    assert.equal(notices.length, 1);
    const named = ["THIRD-PARTY-NOTICES.txt", "package-lock.json", "package.json", "static-page/index.html"];
    assert.deepEqual(others.sort(), [...named, ...notices]);
    assert.ok(files["index.js"]);
  });

  test("says under which licence each package is that is bundled, and the page links to that", () => {
    const bundled = text("THIRD-PARTY-NOTICES.txt");
    for (const name of ["@google-cloud/storage", "@google-cloud/firestore", "basic-ftp", "zarrita"])
      assert.match(bundled, new RegExp(`^={80}\n${name} \\d+\\.\\d+\\.\\d+\nLicence: `, "m"), name);
    const [, path = ""] = /<link rel="license" href="([^"]+)">/.exec(text("static-page/index.html")) ?? [];
    const page = text(`static-page/${path}`);
    for (const name of ["d3-scale-chromatic", "numcodecs", "pako", "preact", "uplot", "world-atlas"])
      assert.match(page, new RegExp(`^={80}\n${name} \\d+\\.\\d+\\.\\d+\nLicence: `, "m"), name);
    assert.match(page, /Cynthia Brewer/, "whose colours the page has");
    for (const library of ["c-blosc", "Zstandard", "LZ4"]) assert.ok(page.includes(library), library);
  });

  test("leaves no path of the machine and no address of a registry in any file", () => {
    for (const path of Object.keys(files)) {
      for (const place of [project, directory]) assert.ok(!text(path).includes(place), `${place} in ${path}`);
    }
    assert.doesNotMatch(text("package-lock.json"), /"resolved"|https?:\/\/registry/);
  });

  test("names each file and the hash of the archive, by which a deployment knows it", async () => {
    const digest = await crypto.subtle.digest("SHA-256", await zipOf("first"));
    assert.equal(hashIn(printed), Buffer.from(digest).toString("hex"));
    for (const path of Object.keys(files)) assert.ok(printed.includes(path), path);
  });

  test("tells terraform each dataset's limits, secrets and hosts, as its descriptor has them", async () => {
    const known = JSON.parse(await readFile(join(directory, "first", "datasets.json"), "utf8"));
    assert.deepEqual(known, {
      "air-temperature": {
        connectionsMax: 4,
        batchesMax: 2,
        secrets: [],
        furtherSecrets: [],
        hosts: ["localhost:21"],
        furtherHosts: [],
      },
      "trmm-3b42rt": {
        connectionsMax: 8,
        batchesMax: 2,
        secrets: [],
        furtherSecrets: [],
        hosts: ["trmmopen.gsfc.nasa.gov:21"],
        furtherHosts: [],
      },
    });
  });

  test("depends on the installed Functions Framework alone, in its exact version, and on Node 24", async () => {
    const installed = JSON.parse(
      await readFile(join(project, "node_modules", framework, "package.json"), "utf8"),
    ) as { version: string };
    const { type, main, engines, dependencies } = JSON.parse(text("package.json")) as Record<string, unknown>;
    assert.deepEqual(
      { type, main, engines, dependencies },
      {
        type: "module",
        main: "index.js",
        engines: { node: "24.x" },
        dependencies: { [framework]: installed.version },
      },
    );
  });

  test("pins every package by version and content", () => {
    const { packages } = JSON.parse(text("package-lock.json")) as { packages: Record<string, object> };
    const { "": own, ...locked } = packages;
    assert.deepEqual(own, JSON.parse(text("package.json")));
    for (const [place, { version, integrity }] of Object.entries(locked) as [
      string,
      Record<string, string>,
    ][]) {
      assert.match(version ?? "", /^\d+\.\d+\.\d+/, place);
      assert.match(integrity ?? "", /^sha512-/, place);
    }
  });

  test("makes what starts as the platform starts it, with its own dependencies only, and says what is not set", async (t) => {
    const lack = await registryLack();
    if (lack !== undefined) return t.skip(lack);
    const deployed = join(directory, "deployed");
    await mkdir(deployed);
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(deployed, path)), { recursive: true });
      await writeFile(join(deployed, path), bytes);
    }
    await run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: deployed,
      timeout: patienceMs,
    });
    await run(process.execPath, ["--check", "index.js"], { cwd: deployed });
    const { status, body, peakBytes } = await answerOf(deployed, "status");
    assert.equal(status, 500);
    assert.ok(peakBytes < 256 * 1024 * 1024, `${peakBytes} bytes of the half GiB that a worker has`);
    const { faults } = body as { faults: string[] };
    for (const name of ["ACCRETE_STORE", "ACCRETE_LEDGER", "ACCRETE_QUEUE"]) {
      assert.ok(faults.includes(`${name} is not set`), `${name} in ${faults}`);
    }
  });
});

describe("the part of a lock that a package needs", () => {
  const manifest = { name: "part", version: "1.0.0", dependencies: { a: "1.0.0" } };
  const whole: Lock = {
    lockfileVersion: 3,
    packages: {
      "": {},
      "node_modules/a": {
        version: "1.0.0",
        dependencies: { b: "^1" },
        optionalDependencies: { absent: "*" },
      },
      "node_modules/a/node_modules/b": { version: "1.1.0", dependencies: { "@scope/c": "*", a: "*" } },
      "node_modules/b": { version: "2.0.0", dependencies: { d: "*" } },
      "node_modules/@scope/c": { version: "3.0.0", peerDependencies: { e: "*" } },
      "node_modules/d": { version: "4.0.0" },
      "node_modules/e": { version: "5.0.0" },
    },
  };

  test("is what Node finds from each package that is required, in its place", () => {
    assert.deepEqual(Object.keys(partOfLock(whole, manifest).packages), [
      "",
      "node_modules/a",
      "node_modules/a/node_modules/b",
      "node_modules/@scope/c",
      "node_modules/e",
    ]);
  });

  test("is refused where something required is missing, or the lock has another form", () => {
    const { "node_modules/e": _, ...rest } = whole.packages;
    assert.throws(
      () => partOfLock({ ...whole, packages: rest }, manifest),
      new UsageError([
        "package-lock.json holds no e, which node_modules/@scope/c requires: run npm install, and build again",
      ]),
    );
    assert.throws(() => partOfLock({ ...whole, lockfileVersion: 1 }, manifest), UsageError);
    assert.throws(() => lockedVersion(whole, "absent"), UsageError);
  });
});

/** Builds into a directory what a checkout ships; resolves to what it prints. */
async function build(root: string, into: string, at: { cwd: string; timeZone: string }): Promise<string> {
  const datasets = join(root, "shared/dataset/catalogue");
  const typed = [join(root, "functions/cli/accrete.ts"), "build", into, "--datasets", datasets];
  const { stdout } = await run(process.execPath, typed, {
    cwd: at.cwd,
    env: { PATH: process.env.PATH, TZ: at.timeZone },
  });
  return stdout;
}

function hashIn(printed: string): string | undefined {
  return /^SHA-256 ([0-9a-f]{64})$/m.exec(printed)?.[1];
}

/** Why the npm registry cannot be used, or `undefined`. In CI it has to be there. */
async function registryLack(): Promise<string | undefined> {
  if (process.env.CI) return undefined;
  return run("npm", ["view", framework, "name", "--fetch-retries=0"], { timeout: patienceMs }).then(
    () => undefined,
    () => "the npm registry cannot be reached",
  );
}

/**
 * Starts what is installed in a directory as the platform does, by the framework's command in the archive's root and with the
 * environment that its buildpack gives a worker of half a GiB; asks for `/`, and ends it.
 */
async function answerOf(directory: string, target: string) {
  const port = await freePort();
  const instance = spawn(join(directory, "node_modules/.bin/functions-framework"), [], {
    cwd: directory,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(port),
      FUNCTION_TARGET: target,
      FUNCTION_SIGNATURE_TYPE: "http",
      LOG_EXECUTION_ID: "true",
      NODE_OPTIONS: "--max-old-space-size=384",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    await serving(instance);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(patienceMs) });
    const [, peak] =
      /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${instance.pid}/status`, "utf8")) ?? [];
    return { status: answer.status, body: (await answer.json()) as unknown, peakBytes: 1024 * Number(peak) };
  } finally {
    if (instance.kill("SIGKILL")) await once(instance, "exit");
  }
}

/** Resolves once an instance says that it serves; rejects with what it said if it ends before, or takes too long. */
async function serving(instance: ChildProcess): Promise<void> {
  const { promise, resolve: serves, reject } = Promise.withResolvers<void>();
  let said = "";
  for (const stream of [instance.stdout, instance.stderr]) {
    stream?.setEncoding("utf8").on("data", (piece: string) => {
      said += piece;
      if (said.includes("Serving function...")) serves();
    });
  }
  instance.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  const late = setTimeout(
    () => reject(new Error(`it does not serve after ${patienceMs} ms: ${said}`)),
    patienceMs,
  );
  await promise.finally(() => clearTimeout(late));
}
