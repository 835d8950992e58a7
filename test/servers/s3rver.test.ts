/**
 * What is promised of S3, proved on npm's s3rver, which others wrote: the source's contract, pages, and a dataset that grows from it. It
 * knows no `encoding-type`, counts keys alone, and of a signature looks at whose it is: what else S3 does, the project's own server
 * plays.
 *
 * It is not among the project's packages: `.ci/packages` installs it below ACCRETE_SERVERS. Where it is not there it is skipped, unless
 * CI or ACCRETE_REQUIRE_SERVERS=1 is set.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { createS3Source } from "../../shared/source/objects/s3/s3Source.ts";
import type { Credentials } from "../../shared/source/secrets/auth.ts";
import type { Source } from "../../shared/source/source.ts";
import { assertBytes, modifiedAt, patternBytes, type ServedFile } from "../../shared/testing/files.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { sourceContract } from "../../shared/testing/source.ts";
import { airFiles, airPath, runAccrete } from "../functions/cli/command.ts";
import { readVisible, stepBytes } from "../functions/cli/visible.ts";
import { airHours } from "../support/airGranules.ts";

const program = join(process.env.ACCRETE_SERVERS ?? "/", "s3rver/node_modules/s3rver/bin/s3rver.js");
const isRequired = Boolean(process.env.CI) || process.env.ACCRETE_REQUIRE_SERVERS === "1";
const bucket = "a-bucket";
/** The only account that there is. */
const credentials: Credentials = { kind: "aws", accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

interface S3rver {
  /** Of the objects below `base/`. */
  readonly url: string;
  put(path: string, file: ServedFile): Promise<void>;
  stop(): Promise<void>;
}

async function startS3rver(files: Readonly<Record<string, ServedFile>>): Promise<S3rver> {
  const directory = await mkdtemp(join(tmpdir(), "accrete-s3rver-"));
  const put = async (path: string, { bytes, modifiedAt: at }: ServedFile) => {
    const target = join(directory, bucket, "base", `${path}._S3rver_object`);
    await mkdir(dirname(target), { recursive: true });
    await rm(`${target}.md5`, { force: true });
    await writeFile(target, bytes);
    await utimes(target, at / 1000, at / 1000);
  };
  for (const [path, file] of Object.entries(files)) await put(path, file);
  // Its tokens are ciphered with DES.
  const given = ["--openssl-legacy-provider", program, "--directory", directory, "--address", "127.0.0.1"];
  const server = spawn(process.execPath, [...given, "--port", "0", "--silent"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "close");
  const kill = () => server.kill();
  process.once("exit", kill);
  const port = await Promise.race([
    saysPort(server.stdout),
    ended.then(() => assert.fail("s3rver ended before it listened")),
  ]);
  return {
    url: `s3://${bucket}/base?endpoint=http://127.0.0.1:${port}`,
    put,
    async stop() {
      process.off("exit", kill);
      kill();
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

async function saysPort(output: NodeJS.ReadableStream): Promise<string> {
  let said = "";
  for await (const chunk of output) {
    said += chunk;
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
  return assert.fail(`s3rver says ${said}`);
}

function sourceOn({ url }: S3rver, as?: Credentials): Source {
  return createS3Source({
    url,
    connectionsMax: 4,
    random: () => 0.5,
    now: Date.now,
    ...(as && { credentials: as }),
  });
}

async function started(t: TestContext, files: Readonly<Record<string, ServedFile>>, as?: Credentials) {
  const server = await startS3rver(files);
  const source = sourceOn(server, as);
  t.after(async () => {
    await source.close();
    await server.stop();
  });
  return { server, source };
}

const searching = { directoriesMax: 5, pathsMax: 5, callsAtOnceMax: 4, isWantable: () => false };

if (!existsSync(program)) {
  const reason = `${program} is not there (.ci/packages installs it)`;
  test("s3rver", { skip: isRequired ? false : reason }, () => assert.fail(reason));
} else {
  for (const [name, as] of [
    ["s3rver, anonymous", undefined],
    ["s3rver, signed", credentials],
  ] as const) {
    sourceContract(
      name,
      async (files) => {
        const server = await startS3rver(files);
        return { source: sourceOn(server, as), stop: server.stop };
      },
      { isVersionExact: true },
    );
  }

  describe("s3rver", () => {
    test("has keys with whatever characters", async (t) => {
      const odd = ["a b+c", "a%20b", "ä&<>\"'", "#?=;", "日本", "🌍", "(1)!*~"];
      const files = odd.map((name, index) => [`x/${name}`, { bytes: patternBytes(index + 1), modifiedAt }]);
      const { source } = await started(t, Object.fromEntries(files), credentials);
      const wanted = odd.map((name) => ({ paths: [`x/${name}`] }));
      const found = await source.search(searching).find(wanted, neverAborted);
      for (const [index, one] of found.entries()) {
        const { file } = one ?? assert.fail(`${odd[index]} is there`);
        const fetched = await source.fetch(file, neverAborted);
        assert.equal(fetched.version, file.version);
        assertBytes(await fetched.bytes(100), patternBytes(index + 1));
      }
    });

    test("refuses who it does not know, and it is told so", async (t) => {
      const files = { "a.bin": { bytes: patternBytes(1), modifiedAt } };
      const { source } = await started(t, files, { ...credentials, accessKeyId: "another" });
      await assert.rejects(source.search(searching).find([{ paths: ["a.bin"] }], neverAborted), {
        fault: "refused",
        message: /there is no such access key \(403 InvalidAccessKeyId/,
      });
    });

    test("lists more names than one page holds", async (t) => {
      const names = Array.from({ length: 1100 }, (_, index) => `x/${String(index).padStart(5, "0")}.bin`);
      const file = { bytes: patternBytes(1), modifiedAt };
      const { source } = await started(t, Object.fromEntries(names.map((name) => [name, file])));
      const search = source.search(searching);
      const found = await search.find([{ paths: ["x/00000.bin"] }, { paths: ["x/01099.bin"] }], neverAborted);
      assert.ok(found.every((one) => one !== undefined));
      assert.equal((await search.report(false, neverAborted)).files, 1100);
    });

    test("is what a dataset grows from: new granules are ingested, a replaced one again", async (t) => {
      const files = airFiles();
      const granules = airHours.map((hour) => files[airPath(hour)] ?? assert.fail(hour));
      const paths = airHours.map((hour) => airPath(hour).slice(1));
      const [first, second, third] = granules as [ServedFile, ServedFile, ServedFile];
      const { server } = await started(t, { [paths[0] as string]: first, [paths[1] as string]: second });
      const directory = await mkdtemp(join(tmpdir(), "accrete-grows-"));
      t.after(() => rm(directory, { recursive: true }));
      const extended = async (expected: readonly ServedFile[]) => {
        const run = runAccrete(directory, "extend air-temperature --now 2013-01-04", {
          ACCRETE_SOURCE: server.url,
        });
        const { exitCode, stderr } = await run.finished;
        assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
        const visible = await readVisible(join(directory, "data"), "air-temperature");
        assert.ok(visible);
        assert.deepEqual(visible.statuses, Array(expected.length).fill("present"));
        for (const [index, { bytes }] of expected.entries()) {
          assert.ok(
            stepBytes(visible, "air", index).equals(Buffer.from(bytes).swap32()),
            `timestep ${index}`,
          );
        }
      };
      await extended([first, second]);
      const replaced = { bytes: granules[3]?.bytes ?? assert.fail(), modifiedAt: second.modifiedAt };
      await server.put(paths[1] as string, replaced);
      await server.put(paths[2] as string, third);
      await extended([first, replaced, third]);
    });
  });
}
