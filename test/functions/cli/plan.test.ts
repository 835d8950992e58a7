/** `accrete plan` tells what `extend` would do, and does nothing. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { airFiles, createDesk, granuleAt, timeOf, trmmFiles } from "./command.ts";

const options = { concurrency: 2 };
const id = "trmm-3b42rt";
const air = "air-temperature";

/** Every file below the directory, with what it holds. */
async function everything(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const hashed = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile()
      ? createHash("sha256")
          .update(await readFile(path))
          .digest("hex")
      : "";
    return [path, content] as const;
  });
  return new Map((await Promise.all(hashed)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("accrete plan", options, () => {
  test("counts granules, bytes and batches of a dataset that is not there yet, and creates nothing", async (t) => {
    // The second chunk of 40 timesteps has two of them.
    const desk = await createDesk(t, trmmFiles(38, 39, 40, 41));
    const bytes = [38, 39, 40, 41].reduce((sum, i) => sum + granuleAt(timeOf(i)).gz.length, 0);
    const { stdout, ...said } = await desk.accrete(
      `plan ${id} --start 2014-04-01 --now 2014-04-06T06:00:00Z`,
    );
    assert.deepEqual(said, { exitCode: 0, stderr: "" });
    const [pending, cloud, end] = stdout.split("\n");
    assert.equal(pending, `${id}: 4 granules pending, ${(bytes / 1e6).toFixed(1)} MB, 2 batches`);
    // Its two workers start at once, and ingest two granules each.
    assert.match(
      cloud as string,
      /^in the cloud, with 2 workers: about \d+ s, under 0\.01 \$ \(as chunks in a row, from a provider of 10 MB\/s; npm run simulate tells what is assumed\)$/,
    );
    assert.equal(end, "");
    assert.equal(desk.provider.count("RETR"), 0);
    assert.deepEqual(await readdir(desk.directory), []);
  });

  test("of a dataset that is there, it tells what is new, and changes nothing", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1));
    const now = "--now 2014-04-02T00:00:00Z";
    await desk.accrete(`extend ${id} --start 2014-04-01 ${now}`);
    const before = await everything(desk.directory);
    assert.match(
      (await desk.accrete(`plan ${id} ${now}`)).stdout,
      /: 0 granules pending, 0\.0 MB, 0 batches$/m,
    );
    for (const [path, file] of Object.entries(trmmFiles(2))) {
      desk.provider.put(path, file instanceof Uint8Array ? file : file.bytes);
    }
    assert.match(
      (await desk.accrete(`plan ${id} ${now}`)).stdout,
      /: 1 granule pending, 0\.\d MB, 1 batch$/m,
    );
    assert.deepEqual(await everything(desk.directory), before);
  });

  test("--from and --to limit it", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1, 2, 3));
    const pending = async (range: string) => {
      const { stdout } = await desk.accrete(
        `plan ${id} --start 2014-04-01 --now 2014-04-02T00:00:00Z ${range}`,
      );
      return /: (\d+) granules/.exec(stdout)?.[1];
    };
    assert.equal(await pending("--from 2014-04-01T03"), "3");
    assert.equal(await pending("--to 2014-04-01T03"), "2");
    assert.equal(await pending("--from 2014-04-01T03 --to 2014-04-01T06"), "2");
  });

  test("tells of gaps whose patience is over", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 3));
    const run = (command: string) => desk.accrete(`${command} ${id} --now 2014-04-05`);
    await desk.accrete(`extend ${id} --start 2014-04-01 --now 2014-04-02T00:00:00Z`);
    assert.deepEqual((await run("plan")).stdout.split("\n").slice(1), [
      "2 timesteps to be resolved without a granule",
      "",
    ]);
    assert.match((await run("extend")).stdout, /^resolved without a granule: 2 timesteps$/m);
    assert.equal((await run("plan")).stdout.split("\n").length, 2);
  });

  test("below a wrong base URL, it and extend say what they looked for, and what was there instead, with exit code 3", async (t) => {
    const desk = await createDesk(t, trmmFiles(0, 1));
    const wrong = `--source ${desk.provider.url}3B42RT --start 2014-04-01 --now 2014-04-02T00:00:00Z`;
    const reason =
      /nothing matches: 1 directory \((it does not exist|it is empty)\), no file; looked for 3B42RT\/2014\/04\/3B42RT\.2014040100\.7\.bin\.gz/;
    for (const name of ["plan", "extend"]) {
      const { exitCode, stdout } = await desk.accrete(`${name} ${id} ${wrong}`);
      assert.equal(exitCode, 3);
      assert.match(stdout, reason);
    }
    const told = await desk.accrete(`plan ${id} ${wrong} --json`);
    const { provider } = JSON.parse(told.stdout) as { provider: Record<string, unknown> };
    assert.deepEqual([told.exitCode, provider.asked, provider.matched], [3, 9, 0]);
    const done = await desk.accrete(`extend ${id} ${wrong} --json`);
    const lines = done.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(done.exitCode, 3);
    assert.equal(lines.find(({ event }) => event === "unmatched")?.reason, provider.unmatched);
    assert.equal(lines.at(-1)?.unmatched, provider.unmatched);
  });

  test("of a range that holds no timestep, it and extend say so, and nothing is created", async (t) => {
    const desk = await createDesk(t);
    const range = "--start 2014-04-01 --from 2014-04-03T01 --to 2014-04-03T02 --now 2014-04-05";
    const reason =
      "no timestep lies between 2014-04-03T01:00:00Z and 2014-04-03T02:00:00Z; the next, 2014-04-03T03:00:00Z, is expected at 2014-04-03T";
    for (const [name, last] of [
      ["plan", ""],
      ["extend", `${id}: 0 timesteps ingested, 0 failed; nothing was created`],
    ]) {
      const { exitCode, stdout } = await desk.accrete(`${name} ${id} ${range}`);
      assert.equal(exitCode, 0);
      assert.ok(stdout.includes(reason), stdout);
      assert.ok(stdout.includes(`${last}\n`), stdout);
    }
    assert.equal(desk.provider.count("LIST"), 0);
    assert.ok(!(await readdir(desk.store)).some((name) => name.startsWith(id)));
    const { empty_window } = JSON.parse((await desk.accrete(`plan ${id} ${range} --json`)).stdout);
    assert.ok(empty_window.startsWith(reason), empty_window);
  });

  test("leaves out what another works on", async (t) => {
    const desk = await createDesk(t, airFiles());
    desk.provider.faults.stalledTransfers = 4;
    const working = desk.start(`extend ${air}`);
    await desk.provider.awaitCommand("RETR");
    const { exitCode, stdout } = await desk.accrete(`plan ${air}`);
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.split("\n"), [
      `${air}: 0 granules pending, 0.0 MB, 0 batches`,
      "1 chunk left out: somebody works on them",
      "",
    ]);
    working.kill("SIGINT");
    await working.finished;
  });
});
