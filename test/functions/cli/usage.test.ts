/**
 * What the command says when it cannot do what it is asked: in one line what is wrong and what would be right, without a
 * stack trace, with an exit code that a script can act on.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { freePort } from "../../support/freePort.ts";
import { airFiles, createDesk, type Finished, trmmFiles } from "./command.ts";

const options = { concurrency: 2 };
const id = "trmm-3b42rt";
const air = "air-temperature";

/** Fails unless that is all it says, on as many lines as there are faults. */
function assertFailed(finished: Finished, exitCode: number, ...faults: RegExp[]): void {
  assert.doesNotMatch(finished.stderr, /\n {4}at /);
  const lines = finished.stderr.split("\n").slice(0, -1);
  assert.equal(lines.length, faults.length, finished.stderr);
  for (const [i, fault] of faults.entries()) assert.match(lines[i] as string, fault);
  assert.equal(finished.exitCode, exitCode);
}

async function writtenFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe("bad usage ends with 2, and nothing is done", options, () => {
  const help = /^\(--help says what there is\)$/;
  const cases: readonly {
    readonly promise: string;
    readonly args: string | readonly string[];
    readonly environment?: Record<string, string>;
    readonly faults: readonly RegExp[];
  }[] = [
    {
      promise: "an unknown dataset: it names those there are",
      args: "extend nonsense",
      faults: [/^accrete: there is no dataset "nonsense"; there are: air-temperature, trmm-3b42rt$/],
    },
    ...["extend", "plan", "status", "doctor"].map((command) => ({
      promise: `${command} of a dataset with a letter amiss: it says what was probably meant`,
      args: `${command} trmm-3b42rf`,
      faults: [/^accrete: there is no dataset "trmm-3b42rf"; .*; did you mean trmm-3b42rt\?$/],
    })),
    ...["extend", "plan", "status"].map((command) => ({
      promise: `${command} without a dataset`,
      args: command,
      faults: [/^accrete: missing required argument 'dataset'$/, help],
    })),
    {
      promise: "an unknown command",
      args: "extent trmm-3b42rt",
      faults: [/^accrete: there is no command "extent"; .*; did you mean extend\?$/],
    },
    ...["help extnd", "extnd --help", "extnd"].map((args) => ({
      promise: `${args}: help on a command that there is not`,
      args,
      faults: [/^accrete: there is no command "extnd"; `accrete --help` lists .*; did you mean extend\?$/],
    })),
    {
      promise: "an unknown option",
      args: `extend ${id} --sauce ftp://127.0.0.1/`,
      faults: [/^accrete: unknown option '--sauce'$/, /^\(Did you mean --source\?\)$/, help],
    },
    {
      promise: "an argument too many",
      args: `extend ${id} ${air}`,
      faults: [/^accrete: too many arguments for 'extend'\. Expected 1 argument but got 2/, help],
    },
    ...["--now", "--start", "--from", "--to"].map((option) => ({
      promise: `${option} with what is no time: it shows how to write one`,
      args: `extend ${id} ${option} 2014-02-30`,
      faults: [
        new RegExp(
          `^accrete: ${option} "2014-02-30" is not a time in UTC: write it as 2014-04-01T21:00:00Z$`,
        ),
      ],
    })),
    {
      promise: "a time in another zone",
      args: `extend ${id} --now 2014-04-01T21:00:00+02:00`,
      faults: [/^accrete: --now "2014-04-01T21:00:00\+02:00" is not a time in UTC: /],
    },
    {
      promise: "--from after --to",
      args: `extend ${id} --from 2014-04-02 --to 2014-04-01`,
      faults: [/^accrete: --from 2014-04-02T00:00:00Z is after --to 2014-04-01T00:00:00Z: swap them$/],
    },
    {
      promise: "--start between two timesteps: it names the timesteps",
      args: `extend ${id} --start 2014-04-01T01`,
      faults: [
        /^accrete: --start 2014-04-01T01:00:00Z is no timestep of trmm-3b42rt, which has one every 3 h from 2000-03-01T00:00:00Z$/,
      ],
    },
    {
      promise: "--watch with --now",
      args: `extend ${id} --watch --now 2014-04-01`,
      faults: [/^accrete: --watch follows the clock and --now stops it: leave out one of them$/],
    },
    ...["0", "0.5", "-1", "3601", "soon", "NaN", ""].map((seconds) => ({
      promise: `ACCRETE_LEASE_SECONDS="${seconds}": it names the bounds`,
      args: `extend ${id}`,
      environment: { ACCRETE_LEASE_SECONDS: seconds },
      faults: [
        new RegExp(`^accrete: ACCRETE_LEASE_SECONDS "${seconds}" is not a number of seconds from 1 to 3600$`),
      ],
    })),
    {
      promise: "a store that is no directory of this machine",
      args: `extend ${id} --store s3://bucket/maps`,
      faults: [
        /^accrete: --store "s3:\/\/bucket\/maps" cannot be used: write a path, file:\/\/\/absolute\/path or gs:\/\/bucket\/prefix$/,
      ],
    },
    {
      promise: "a store from the environment is called by the name it has there",
      args: `extend ${id}`,
      environment: { ACCRETE_STORE: "s3://bucket/maps" },
      faults: [/^accrete: ACCRETE_STORE "s3:\/\/bucket\/maps" cannot be used: /],
    },
    {
      promise: "a ledger that is no file of this machine",
      args: `extend ${id} --ledger postgres://host/ledger`,
      faults: [
        /^accrete: --ledger "postgres:\/\/host\/ledger" cannot be used: write a path, sqlite:\/\/\/absolute\/path or firestore:\/\/PROJECT\/DATABASE$/,
      ],
    },
    {
      promise: "a source of another kind",
      args: `extend ${id} --source sftp://127.0.0.1/pub`,
      faults: [
        /^accrete: source "sftp:\/\/127\.0\.0\.1\/pub": must begin with ftp:\/\/ or ftps:\/\/ or .*s3:\/\/ or gs:\/\//,
      ],
    },
    {
      promise: "a password that breaks the URL: it says how to write it, and does not show it",
      args: `extend ${id} --source ftp://me:hunter/2@127.0.0.1/pub`,
      faults: [
        /^accrete: source "ftp:\/\/me:\*\*\*@127\.0\.0\.1\/pub": is not a URL; in user and password write @ : \/ \? # as %40 %3A %2F %3F %23$/,
      ],
    },
    {
      promise: "several faults at once, each on a line of its own",
      args: ["extend", id, "--store", "", "--from", "now", "--now", "then"],
      faults: [
        /^accrete: --store is empty$/,
        /^accrete: --now "then" is not a time/,
        /^accrete: --from "now" is not a time/,
      ],
    },
  ];
  for (const { promise, args, environment, faults } of cases) {
    test(promise, async (t) => {
      const desk = await createDesk(t);
      const finished = await desk.accrete(args, environment);
      assertFailed(finished, 2, ...faults);
      assert.equal(finished.stdout, "");
      const written = await writtenFiles(desk.directory);
      assert.deepEqual(
        written.filter((path) => path !== join(desk.store, "accrete.sqlite")),
        [],
      );
    });
  }

  test("no command at all: it shows the help", async (t) => {
    const desk = await createDesk(t);
    const { exitCode, stderr } = await desk.accrete([]);
    assert.match(stderr, /^Usage: accrete /);
    assert.equal(exitCode, 2);
  });

  test("--help names commands, settings and exit codes, and ends with 0", async (t) => {
    const desk = await createDesk(t);
    const { exitCode, stdout, stderr } = await desk.accrete("--help");
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    for (const named of [
      /\bdatasets\b/,
      /\bplan\b/,
      /\bextend\b/,
      /\bstatus\b/,
      /ACCRETE_STORE/,
      /\b130 interrupted/,
    ]) {
      assert.match(stdout, named);
    }
  });
});

describe("what fails ends with 1 and says where", options, () => {
  test("a file in place of the store's directory", async (t) => {
    const desk = await createDesk(t, airFiles());
    await writeFile(desk.store, "");
    const place = new RegExp(`^accrete: \\S+ ${desk.store}/\\S.*: \\S`);
    assertFailed(await desk.accrete(`extend ${air}`), 1, place);
    assertFailed(
      await desk.accrete(`extend ${air} --ledger elsewhere.sqlite`),
      1,
      /is a file, not a directory/,
    );
    assert.equal(await readFile(desk.store, "utf8"), "");
  });

  test("a file in place of the store's directory, also where nothing is written", async (t) => {
    const desk = await createDesk(t, airFiles());
    await writeFile(desk.store, "");
    for (const typed of [`plan ${air}`, `status ${air}`, `doctor ${air}`]) {
      const place = new RegExp(
        `^accrete: \\S+ ${desk.store}/\\S+: a part of this path is a file, not a directory; `,
      );
      assertFailed(await desk.accrete(typed), 1, place);
    }
    const [, url = ""] = await desk.start("serve --port 0").says(/the page is at (\S+),/);
    assert.match(await (await fetch(url)).text(), /"state":"unreadable",.*is a file, not a directory/);
  });

  test("a ledger that is none", async (t) => {
    const desk = await createDesk(t, airFiles());
    await writeFile(
      join(desk.directory, "ledger"),
      "This is no database, and long enough to be sure.".repeat(30),
    );
    assertFailed(
      await desk.accrete(`extend ${air} --ledger ledger`),
      1,
      new RegExp(`^accrete: read ${desk.directory}/ledger \\(air-temperature\\): file is not a database`),
    );
  });

  test("a provider that cannot be reached: host and path, and that nothing is lost", async (t) => {
    const desk = await createDesk(t);
    const port = await freePort();
    for (const command of ["extend", "plan"]) {
      const source = `ftp://reader:hunter2@127.0.0.1:${port}/pub`;
      const finished = await desk.accrete(`${command} ${air} --source ${source}`);
      const place = `ftp://127\\.0\\.0\\.1:${port}/pub: .*ECONNREFUSED.*`;
      assertFailed(
        finished,
        1,
        new RegExp(`^accrete: ${place}; check the provider's URL, or try again later; nothing is lost$`),
      );
      assert.doesNotMatch(finished.stdout + finished.stderr, /hunter2/);
    }
  });

  test("a login that is refused: host, path and what to check, but never the password", async (t) => {
    const desk = await createDesk(t);
    const { port, faults } = desk.provider;
    faults.refuseLogins = true;
    // Even where the server repeats it.
    faults.replies.set("PASS", "530 Login incorrect: hunter2");
    const source = `ftp://reader:hunter2@127.0.0.1:${port}/pub`;
    for (const [args, environment] of [
      [["--source", source], {}],
      [[], { ACCRETE_SOURCE: source }],
    ] as const) {
      const finished = await desk.accrete(["extend", air, ...args], environment);
      const place = `ftp://127\\.0\\.0\\.1:${port}/pub: 530 .*`;
      assertFailed(
        finished,
        1,
        new RegExp(`^accrete: ${place}; check user and password in the provider's URL$`),
      );
      assert.doesNotMatch(finished.stdout + finished.stderr, /hunter2/);
    }
    const kept = await Promise.all((await writtenFiles(desk.store)).map((path) => readFile(path, "latin1")));
    assert.ok(kept.length > 0);
    for (const content of kept) assert.doesNotMatch(content, /hunter2/);
  });

  test("a password that is accepted is kept nowhere, and told nobody", async (t) => {
    const desk = await createDesk(t, trmmFiles(0));
    const source = desk.provider.url.replace("ftp://", "ftp://reader:hunter2@");
    const now = "--now 2014-04-01T12:00:00Z";
    const told = [
      await desk.accrete(`extend ${id} --start 2014-04-01 --source ${source} ${now}`),
      await desk.accrete(`plan ${id} --source ${source} ${now}`),
      await desk.accrete(`status ${id} --json --source ${source} ${now}`),
    ];
    for (const { exitCode, stdout, stderr } of told) {
      assert.equal(exitCode, 0);
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    }
    for (const path of await writtenFiles(desk.directory)) {
      assert.doesNotMatch(await readFile(path, "latin1"), /hunter2/, path);
    }
  });

  test("a dataset that is not what the descriptor says: both sides, and nothing is written", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air} --now 2013-01-01T07:00:00Z`);
    const path = join(desk.store, `${air}.zarr/.zmetadata`);
    const drifted = (await readFile(path, "utf8")).replace('"units": "K"', '"units": "degC"');
    await writeFile(path, drifted);
    const fault =
      /^accrete: dataset "air-temperature" in the store .*: air\/\.zattrs units: the descriptor says "K", the store "degC"; nothing was written: .*--store$/;
    for (const command of ["extend", "plan", "status"]) {
      assertFailed(await desk.accrete(`${command} ${air}`), 1, fault);
    }
    assert.equal(await readFile(path, "utf8"), drifted);
    assert.equal(desk.provider.count("RETR"), 2);
  });

  test("metadata that cannot be read", async (t) => {
    const desk = await createDesk(t, airFiles());
    await mkdir(join(desk.store, `${air}.zarr`), { recursive: true });
    await writeFile(join(desk.store, `${air}.zarr/.zmetadata`), "{");
    assertFailed(
      await desk.accrete(`extend ${air}`),
      1,
      /^accrete: dataset "air-temperature".*\.zmetadata: it is not JSON/,
    );
  });

  test("a store that was emptied while the ledger knows it: it does not begin anew", async (t) => {
    const desk = await createDesk(t, airFiles());
    await desk.accrete(`extend ${air}`);
    await rename(join(desk.store, `${air}.zarr`), join(desk.directory, "lost.zarr"));
    assertFailed(
      await desk.accrete(`extend ${air}`),
      1,
      /^accrete: dataset "air-temperature".* the ledger knows 4 timesteps, the store has no such dataset; nothing was written: .*--repair/,
    );
    assert.deepEqual(
      (await writtenFiles(desk.store)).filter((path) => path.includes(".zarr")),
      [],
    );
    await rename(join(desk.directory, "lost.zarr"), join(desk.store, `${air}.zarr`));
    assert.equal((await desk.accrete(`extend ${air}`)).exitCode, 0);
  });
});

describe("granules that fail", options, () => {
  test("it ends with 3, also when there is no other", async (t) => {
    // Cut off long ago: those of today may still be on their way.
    const broken = Object.entries(airFiles()).map(
      ([path, file]) => [path, { ...file, bytes: file.bytes.subarray(0, 100) }] as const,
    );
    const desk = await createDesk(t, Object.fromEntries(broken));
    const { exitCode, stdout, stderr } = await desk.accrete(`extend ${air}`);
    assert.equal(stderr, "");
    assert.equal(exitCode, 3);
    assert.match(stdout, /: 0 timesteps ingested, 4 failed; in /);
  });
});

describe("output that nobody reads any more", options, () => {
  test("ends a listing without a word", async (t) => {
    const desk = await createDesk(t);
    const run = desk.start("datasets");
    run.hangUp();
    const { exitCode, stderr } = await run.finished;
    assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
  });

  test("ends a run in one sentence, and it gives its leases back", async (t) => {
    const whole = trmmFiles(39, 40);
    const desk = await createDesk(t, whole);
    // The first chunk fails soon, and says so; the second is on its way for long.
    const [path] = Object.keys(whole) as [string];
    desk.provider.put(path, new Uint8Array(20));
    Object.assign(desk.provider.faults, { bytesPerSecond: 2000, latencyMs: 50 });
    const extend = `extend ${id} --start 2014-04-01 --now 2014-04-12`;
    const run = desk.start(extend);
    await run.says(/^pending: /m);
    run.hangUp();
    const { exitCode, stderr } = await run.finished;
    assert.deepEqual(
      { exitCode, stderr },
      { exitCode: 130, stderr: "accrete: stopped; run the same command again to go on\n" },
    );

    Object.assign(desk.provider.faults, { bytesPerSecond: Number.POSITIVE_INFINITY, latencyMs: 0 });
    const again = await desk.accrete(extend);
    assert.doesNotMatch(again.stdout, /left to others/);
    assert.match(again.stdout, /: 1 timesteps? ingested/);
  });
});
