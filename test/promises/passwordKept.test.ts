/**
 * An FTP server that repeats the login in whatever it says, at each step and in each way of writing it: the password is in no
 * error, no event, no ledger record and no object of the store, and nothing that the command prints.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { airFiles, createDesk, runAccrete } from "../functions/cli/command.ts";
import { startFtpServer } from "../support/ftpServer.ts";
import { type FtpWorld, startFtpWorld } from "../support/ftpWorld.ts";
import { onlyInAll } from "../support/sample.ts";
import { tinyPath } from "../support/tinyDataset.ts";
import { assertContent, neverAborted, present } from "../support/tinyWorld.ts";

const login = { user: "reader", password: 'hush@:/ Hush"\\q' };
const written = {
  "as it is": login.password,
  "in capitals": login.password.toUpperCase(),
  "percent-encoded": encodeURIComponent(login.password),
  "as in JSON": JSON.stringify(login.password),
  "with quotes doubled": login.password.replace('"', '""'),
  "percent-encoded in small letters": encodeURIComponent(login.password).toLowerCase(),
} as const;
/** Whatever is left of it. */
const leaked = /hush/i;
const babble = `you are reader:${Object.values(written).join(" ")}`;

async function started(t: TestContext, password = login.password): Promise<FtpWorld> {
  const server = { login: { ...login, password } };
  const found = await startFtpWorld(t, { server, limits: { attemptsMax: 1 } });
  found.publishAll(0, 3);
  found.world.at(5);
  return found;
}

/** Everything that a run leaves behind, and what it threw. */
async function tracesOf({ world, run }: FtpWorld): Promise<string> {
  const outcome = await run().catch((thrown: unknown) => thrown);
  const objects: string[] = [];
  for (const key of Object.keys(await world.generations()))
    objects.push(
      key,
      Buffer.from((await world.store.read(key, neverAborted))?.bytes ?? []).toString("latin1"),
    );
  const records = await world.ledger.window("tiny", 0, 100, 100, neverAborted);
  return inspect([outcome, records], { depth: 20, maxStringLength: 10_000 }) + objects.join("\n");
}

describe("a server that repeats the login", () => {
  test("in every reply, of several lines, harms nothing", async (t) => {
    const found = await started(t);
    found.server.faults.babble = babble;
    assert.doesNotMatch(await tracesOf(found), leaked);
    await assertContent(found.world, present(4));
  });

  const steps = ["GREETING", "USER", "PASS", "TYPE", "CWD", "MLSD", "LIST", "RETR", "SIZE", "MDTM"];
  for (const step of [...steps, "EPSV and PASV"]) {
    for (const [code, skip] of [
      ["421", false],
      ["450", onlyInAll],
      ["530", onlyInAll],
      ["550", false],
      ["553", onlyInAll],
    ] as const) {
      test(`as ${code} in place of its answer to ${step} is told of without the password`, {
        skip,
      }, async (t) => {
        const found = await started(t);
        const { faults } = found.server;
        faults.listedSizeError = step === "SIZE" || step === "MDTM" ? 1 : 0;
        if (step === "LIST") faults.replies.set("MLSD", "502 No.");
        const reply = `${code}-${babble}\r\n ${babble}\r\n${code} ${babble}`;
        for (const command of step.split(" and ")) faults.replies.set(command, reply);
        const traces = await tracesOf(found);
        assert.doesNotMatch(traces, leaked);
        if (!["SIZE", "MDTM"].includes(step) && !/^(CWD|LIST|MLSD|RETR) 55/.test(`${step} ${code}`))
          assert.match(traces, /\*\*\*/);
      });
    }
  }

  test("in a line of a listing that is not understood", async (t) => {
    const found = await started(t);
    found.server.faults.listingText = `what is ${babble}\r\n`;
    assert.doesNotMatch(await tracesOf(found), leaked);
  });

  test("in the name of the only file that it has", async (t) => {
    const found = await started(t, "hush@: Hush");
    const name = `${tinyPath(0).split("/").at(-1)}.hush@: Hush`;
    found.server.faults.listingText = `type=file;size=1;modify=20200101070000; ${name}\r\n`;
    const traces = await tracesOf(found);
    assert.match(traces, /\.bin\.gz\.\*\*\*/);
    assert.doesNotMatch(traces, leaked);
  });

  test("in the date of a listing, which is kept", async (t) => {
    const found = await started(t, "hush@:/Hush");
    const name = tinyPath(0).split("/").at(-1);
    found.server.faults.listingText = `01-01-20hush@:/Hush 07:00AM 1 ${name}\r\n`;
    assert.doesNotMatch(await tracesOf(found), leaked);
    assert.equal((await found.world.step(0))?.failed?.granule?.version, "01-01-20*** 07:00AM");
  });

  test("while it says that a listing is cut short", async (t) => {
    const found = await started(t);
    found.server.faults.babble = `Output truncated for ${babble}`;
    const traces = await tracesOf(found);
    assert.match(traces, /the listing leaves out files: 226-Output truncated for you are reader:\*\*\*/);
    assert.doesNotMatch(traces, leaked);
  });
});

describe("the command", () => {
  /** Everything below a directory, as text. */
  async function textsIn(directory: string): Promise<string> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1"));
    return (await Promise.all(texts)).join("\n");
  }

  for (const command of ["PASS", "MLSD", "RETR"]) {
    test(`shows no password that the server repeats on ${command}, and keeps none`, async (t) => {
      const desk = await createDesk(t);
      const server = await startFtpServer({ files: airFiles(), login });
      t.after(() => server.close());
      server.faults.replies.set(command, `553 ${babble}`);
      const environment = { ACCRETE_SOURCE: server.url };
      for (const args of ["extend air-temperature", "plan air-temperature", "status air-temperature"]) {
        const { stdout, stderr } = await runAccrete(desk.directory, args, environment).finished;
        assert.doesNotMatch(stdout + stderr, leaked, args);
      }
      assert.doesNotMatch(await textsIn(desk.directory), leaked);
    });
  }

  test("shows no password that was typed in a wrong place", async (t) => {
    const desk = await createDesk(t);
    const url = "ftp://reader:hush-hush@h/x";
    for (const args of [
      url,
      `extend ${url}`,
      `extend air-temperature ${url}`,
      `extend air-temperature --sorce=${url}`,
      `extend air-temperature --json ${url}`,
      `serve --port ${url}`,
      `completion ${url}`,
      `inspect ftp://reader:hush-hush@h:0/x`,
    ]) {
      const { exitCode, stdout, stderr } = await desk.accrete(args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, /\*\*\*@h/);
      assert.doesNotMatch(stdout + stderr, leaked, args);
    }
  });

  test("shows no password that was typed in what is no URL", async (t) => {
    const desk = await createDesk(t);
    const url = "ftp://reader:hush hush@h/x";
    for (const args of [
      [url],
      ["extend", url],
      ["extend", "air-temperature", url],
      ["extend", "air-temperature", `--sorce=${url}`],
      ["extend", "air-temperature", "--json", url],
      ["extend", "air-temperature", "reader:hush@h/x"],
      ["extend", "air-temperature", "--source", "ftp://reader:hush"],
      ["inspect", "ftp:/reader:hush@h/x"],
      ["inspect", "reader:hush hush@h/x"],
    ]) {
      const { exitCode, stdout, stderr } = await desk.accrete(args);
      assert.ok(exitCode === 1 || exitCode === 2, stderr);
      assert.match(stderr, /\*\*\*/);
      assert.doesNotMatch(stdout + stderr, leaked, args.join(" "));
    }
  });
});
