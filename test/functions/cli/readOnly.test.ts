/** Who only looks needs no right to write: each command that writes nothing works on a file system that is read-only. */
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { createDesk, type Desk, timeOf, trmmFiles } from "./command.ts";

const id = "trmm-3b42rt";
const command = resolve(import.meta.dirname, "../../../functions/cli/accrete.ts");
/** Runs its arguments where the directory is mounted once more, read-only: for these processes alone. */
const onReadOnly = (directory: string) => [
  ...["--map-root-user", "--mount", "sh", "-c"],
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"',
  directory,
];

/** A dataset of two timesteps, a third at the provider; `undefined` where this machine lets no one mount anything. */
async function readOnlyDesk(t: TestContext): Promise<Desk | undefined> {
  const desk = await createDesk(t, trmmFiles(0, 1));
  const { exitCode, stderr } = await desk.accrete(
    `extend ${id} --start 2014-04-01 --now 2014-04-01T12:00:00Z`,
  );
  assert.equal(exitCode, 0, stderr);
  desk.provider.publish(timeOf(2), { modifiedAt: timeOf(2) + 7 * 3_600_000 });
  const tried = spawnSync("unshare", [...onReadOnly(desk.store), "touch", `${desk.store}/written`]);
  if (tried.error || !/Read-only file system/.test(String(tried.stderr))) {
    t.skip("this machine lets no one mount a directory read-only");
    return undefined;
  }
  return desk;
}

function argumentsOf(desk: Desk, typed: string) {
  const environment = { PATH: process.env.PATH, ACCRETE_SOURCE: desk.provider.url, LC_ALL: "C" };
  const line = [...onReadOnly(desk.store), process.execPath, command, ...typed.split(" ")];
  return { line, settings: { cwd: desk.directory, env: environment } };
}

describe("on a read-only file system", () => {
  for (const [typed, said] of [
    [`status ${id} --now 2014-04-01T12:00:00Z`, /^length +2 timesteps from 2014-04-01T00:00:00Z$/m],
    [`plan ${id} --now 2014-04-01T16:00:00Z`, /\b1 (granule|timestep)\b/],
    [`doctor ${id} --now 2014-04-01T12:00:00Z`, /0 faults/],
  ] as const) {
    test(`accrete ${typed.split(" ")[0]} says what it says elsewhere`, async (t) => {
      const desk = await readOnlyDesk(t);
      if (!desk) return;
      const { line, settings } = argumentsOf(desk, typed);
      const { stdout } = await promisify(execFile)("unshare", line, settings);
      assert.match(stdout, said);
      assert.equal(stdout, (await desk.accrete(typed)).stdout);
    });
  }

  test("accrete serve answers", async (t) => {
    const desk = await readOnlyDesk(t);
    if (!desk) return;
    const { line, settings } = argumentsOf(desk, "serve --port 0");
    const served = spawn("unshare", line, { ...settings, stdio: ["ignore", "pipe", "inherit"] });
    t.after(async () => {
      const ended = once(served, "close");
      served.kill("SIGTERM");
      await ended;
    });
    const [first] = (await once(createInterface(served.stdout), "line")) as [string];
    const url = /http:\/\/\S+\//.exec(first)?.[0];
    assert.ok(url, first);
    const answer = await fetch(`${url}${id}`, { headers: { accept: "application/json" } });
    assert.equal(answer.status, 200);
    assert.equal(((await answer.json()) as { length: number }).length, 2);
  });

  test("accrete extend says that it cannot write, and where", async (t) => {
    const desk = await readOnlyDesk(t);
    if (!desk) return;
    const { line, settings } = argumentsOf(desk, `extend ${id} --now 2014-04-01T16:00:00Z`);
    await assert.rejects(
      promisify(execFile)("unshare", line, settings),
      (error: Error & { code: number; stderr: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stderr, /^accrete: .*accrete\.sqlite.*$/m);
        assert.doesNotMatch(error.stderr, /^ +at /m);
        return true;
      },
    );
  });
});
