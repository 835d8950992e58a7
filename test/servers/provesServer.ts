/**
 * What is promised of every FTP server, proved on one: the source's contract, a dataset that grows from it, and what happens
 * when it takes no more clients; over TLS, where the server has it, the source's contract.
 *
 * A server that is not there is skipped, unless CI or ACCRETE_REQUIRE_SERVERS=1 is set: then its tests fail.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { SourceFault } from "../../shared/errors.ts";
import { createFtpClient } from "../../shared/source/ftp/ftp.ts";
import type { ServedFile } from "../../shared/testing/files.ts";
import { assertBytes, patternBytes } from "../../shared/testing/files.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { airFiles, airPath, runAccrete } from "../functions/cli/command.ts";
import { readVisible, stepBytes } from "../functions/cli/visible.ts";
import { quickClient, serverContract } from "../shared/source/ftp/contract.ts";
import { airHours } from "../support/airGranules.ts";
import { patienceMs } from "../support/patience.ts";
import { selfSigned } from "../support/selfSigned.ts";
import { reasonAgainst, type ServerKind, startServer } from "./realServer.ts";

export interface Peculiar {
  /** What a call ends in when the server takes no more clients; what is `refused` is not tried again. */
  readonly full: { readonly fault: SourceFault; readonly message: RegExp };
  /** Whether the program that is tested speaks TLS. */
  readonly hasTls?: boolean;
  /** Tests of this server alone. */
  readonly more?: () => void;
}

export const isRequired = Boolean(process.env.CI) || process.env.ACCRETE_REQUIRE_SERVERS === "1";
const oneFile = { "a.bin": { bytes: new Uint8Array(1), modifiedAt: Date.UTC(2016, 1, 29) } };
/** More tries than a server needs to notice that a client has gone. */
const attemptsMax = 1000;

export async function provesServer(
  kind: ServerKind,
  { full, hasTls = true, more = () => {} }: Peculiar,
): Promise<void> {
  const reason = reasonAgainst(kind);
  if (reason !== undefined) {
    test(kind.name, { skip: isRequired ? false : reason }, () => assert.fail(reason));
    return;
  }
  serverContract(kind.name, (files) => startServer(kind, files));

  describe(kind.name, () => {
    test("a dataset grows from it: new granules are ingested, a replaced one again", (t) =>
      growsFrom(kind, t));

    test("that has symbolic links lists them as files, and gives what they lead to", async (t) => {
      const file = { bytes: patternBytes(5000), modifiedAt: Date.UTC(2016, 1, 29) };
      const server = await startServer(kind, { "real/a.bin": file, "linked/b.bin": file });
      const source = quickClient(server);
      t.after(async () => {
        await source.close();
        await server.stop();
      });
      await server.link("linked/a.bin", "../real/a.bin");
      await server.link("linked/broken.bin", "../real/none.bin");
      const listed = (await source.list("linked", neverAborted))?.files ?? [];
      const names = listed.map(({ name }) => name);
      assert.ok(names.includes("a.bin") && names.includes("b.bin"), names.join(", "));
      const sizes = listed
        .filter(({ name }) => name !== "broken.bin")
        .map(({ sizeBytes }) => sizeBytes ?? 5000);
      assert.deepEqual(sizes, [5000, 5000]);
      assertBytes(await source.fetch("linked/a.bin", 5000, neverAborted), file.bytes);
      assert.equal(await source.modifiedAt("linked/a.bin", neverAborted), file.modifiedAt);
      assert.equal(await source.fetch("linked/broken.bin", 5000, neverAborted), undefined);
    });

    test("that takes no more clients is told of in its own words", async (t) => {
      const { server, holder } = await startFull(kind, t);
      const source = quickClient(server, { attemptsMax: 2 });
      t.after(() => source.close());
      await assert.rejects(source.list("", neverAborted), full);
      assert.equal((await holder.list("", neverAborted))?.files.length, 1);
    });

    if (full.fault !== "refused") {
      test("that takes no more clients is tried again until it does", async (t) => {
        const { server, holder } = await startFull(kind, t);
        const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
        const source = createFtpClient({
          url: server.url,
          connectionsMax: 1,
          random() {
            resolve();
            return 0.5;
          },
          limits: { attemptsMax, backoffFirstMs: 1, backoffLongestMs: 20 },
        });
        t.after(() => source.close());
        const listed = source.list("", neverAborted);
        await isWaiting;
        await holder.close();
        assert.equal((await listed)?.files.length, 1);
      });
    }
    more();
  });
  if (hasTls) await provesTls(kind);
}

/** A server for one client, which it has. */
async function startFull(kind: ServerKind, t: TestContext) {
  const server = await startServer(kind, oneFile, { clientsMax: 1 });
  const holder = quickClient(server, { attemptsMax, backoffLongestMs: 20, keepMs: patienceMs });
  t.after(async () => {
    await holder.close();
    await server.stop();
  });
  await holder.list("", neverAborted);
  return { server, holder };
}

/** A dataset grows from it: new granules are ingested, a replaced one again. */
export async function growsFrom(kind: ServerKind, t: TestContext): Promise<void> {
  const files = airFiles();
  const [first, second, third, fourth] = airHours.map((hour) => files[airPath(hour)] as ServedFile);
  assert.ok(first && second && third && fourth);
  const paths = airHours.map((hour) => airPath(hour).slice(1)) as [string, string, string, string];
  const server = await startServer(kind, { [paths[0]]: first, [paths[1]]: second });
  const directory = await mkdtemp(join(tmpdir(), "accrete-grows-"));
  t.after(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });
  const extended = async (expected: readonly ServedFile[]) => {
    const run = runAccrete(directory, "extend air-temperature --now 2013-01-04", {
      ACCRETE_SOURCE: server.url,
    });
    assert.deepEqual(await run.finished.then(({ exitCode, stderr }) => ({ exitCode, stderr })), {
      exitCode: 0,
      stderr: "",
    });
    const visible = await readVisible(join(directory, "data"), "air-temperature");
    assert.ok(visible);
    assert.deepEqual(visible.statuses, Array(expected.length).fill("present"));
    for (const [index, { bytes }] of expected.entries()) {
      const stored = Buffer.from(bytes).swap32();
      assert.ok(stepBytes(visible, "air", index).equals(stored), `the values of timestep ${index}`);
    }
  };
  await extended([first, second]);
  const replaced = { bytes: fourth.bytes, modifiedAt: second.modifiedAt + 86_400_000 };
  await server.put(paths[1], replaced);
  await server.put(paths[2], third);
  await server.put(paths[3], fourth);
  await extended([first, replaced, third, fourth]);
}

async function provesTls(kind: ServerKind): Promise<void> {
  const certificate = await selfSigned();
  if (typeof certificate === "string") {
    test(`${kind.name} with TLS`, { skip: isRequired ? false : certificate }, () => assert.fail(certificate));
    return;
  }
  serverContract(`${kind.name} with TLS`, (files) => startServer(kind, files, { certificate }));
}
