/**
 * The rooms of the project are kept apart by `npm run check`: every import is held against the table of rooms, and the library
 * reads neither clock nor randomness nor environment. Offending files are laid out in a directory of their own.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { libraries, rooms, whyNoAdapter } from "../rooms.ts";
import { roomFaults } from "../support/roomFaults.ts";

const project = resolve(import.meta.dirname, "../..");
const linter = join(project, "node_modules/.bin/biome");

const adapterInStage = whyNoAdapter;
const circle = "It closes a circle of imports.";
const whyNot = (library: string) => libraries.find(({ names }) => names.includes(library))?.why as string;
const why = (room: string) => rooms.find((one) => one.room === room)?.why as string;
const outsideWorld =
  "Environment, clock and randomness are read under functions/ only: take them as parameters.";

interface Violation {
  readonly promise: string;
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

const violations: readonly Violation[] = [
  ...[
    "store/filesystem/filesystemStore",
    "store/memory",
    "store/gcs/gcsStore",
    "ledger/sqlite",
    "ledger/memory",
    "ledger/firestore",
    "queue/local",
    "queue/pubsub",
    "source/ftp/ftpSource",
    "source/open",
  ].map((adapter) => ({
    promise: `a stage does not import the adapter ${adapter}.ts`,
    file: "shared/pipeline/probe.ts",
    code: `import * as adapter from "../${adapter}.ts";\nexport const used = adapter;\n`,
    message: adapterInStage,
  })),
  {
    promise: "the doctor does not import an adapter",
    file: "shared/doctor/probe.ts",
    code: 'import * as adapter from "../ledger/sqlite.ts";\nexport const used = adapter;\n',
    message: adapterInStage,
  },
  ...["pipeline", "store"].map((room) => ({
    promise: `shared/${room} does not go by an estimate`,
    file: `shared/${room}/probe.ts`,
    code: 'import { estimate } from "../estimate/estimate.ts";\nexport const used = estimate;\n',
    message: why(`shared/${room}`),
  })),
  {
    promise: "the estimate does not import an adapter",
    file: "shared/estimate/probe.ts",
    code: 'import * as adapter from "../ledger/memory.ts";\nexport const used = adapter;\n',
    message: adapterInStage,
  },
  {
    promise: "a stage does not choose how granules are inflated",
    file: "shared/pipeline/probe.ts",
    code: 'import { inflateNode } from "../format/decompress/inflateNode.ts";\nexport const used = inflateNode;\n',
    message: adapterInStage,
  },
  {
    promise: "a stage does not pass an adapter on",
    file: "shared/pipeline/probe.ts",
    code: 'export { createFilesystemStore } from "../store/filesystem/filesystemStore.ts";\n',
    message: adapterInStage,
  },
  {
    promise: "a stage does not import an adapter while it runs",
    file: "shared/pipeline/probe.ts",
    code: 'export const used = () => import("../source/ftp/ftpSource.ts");\n',
    message: adapterInStage,
  },
  {
    promise: "the pure Zarr code does not import an adapter",
    file: "shared/zarr/probe.ts",
    code: 'import { createMemoryStore } from "../store/memory.ts";\nexport const used = createMemoryStore;\n',
    message: adapterInStage,
  },
  ...(
    [
      ["basic-ftp", "shared/source/probe.ts"],
      ["pako", "shared/format/probe.ts"],
      ["zarrita", "shared/status/probe.ts"],
      ["@google-cloud/storage", "shared/store/probe.ts"],
      ["@google-cloud/firestore", "shared/ledger/probe.ts"],
      ["@google-cloud/pubsub", "shared/queue/probe.ts"],
      ["node:sqlite", "shared/ledger/probe.ts"],
    ] as const
  ).flatMap(([library, neighbour]) =>
    [neighbour, "functions/probe.ts"].map((file) => ({
      promise: `${file} does not import ${library}`,
      file,
      code: `import * as library from "${library}";\nexport const used = library;\n`,
      message: whyNot(library),
    })),
  ),
  ...[
    "node:fs",
    "../../shared/pipeline/commit/commit.ts",
    "../../shared/archive/groupObjects.ts",
    "../../shared/store/gcs/gcsStore.ts",
    "../runtime/wiring.ts",
    "../runtime/runUntilCurrent.ts",
  ].map((module) => ({
    promise: `the page does not import ${module}`,
    file: "functions/page/probe.ts",
    code: `import * as other from "${module}";\nexport const used = other;\n`,
    message: why("functions/page"),
  })),
  {
    promise: "the library parses no arguments",
    file: "shared/status/probe.ts",
    code: 'import { Command } from "commander";\nexport const used = Command;\n',
    message: whyNot("commander"),
  },
  ...[
    ["the clock", "Date.now()"],
    ["the clock, as a date", "new Date()"],
    ["the clock, as a text", "Date()"],
    ["the clock, handed on", "[Date.now]"],
    ["the machine's uptime", "performance.now()"],
    ["randomness", "Math.random()"],
    ["random names", "crypto.randomUUID()"],
    ["the environment", "process.env.HOME"],
    ["the whole environment", "Object.keys(process.env)"],
  ].flatMap(([what, expression]) =>
    ["pipeline", "source"].map((room) => ({
      promise: `shared/${room} does not read ${what}: ${expression}`,
      file: `shared/${room}/probe.ts`,
      code: `export const used = ${expression};\n`,
      message: outsideWorld,
    })),
  ),
  ...["node:process", "node:crypto", "node:os"].map((builtin) => ({
    promise: `the library does not import ${builtin}`,
    file: "shared/store/probe.ts",
    code: `import * as builtin from "${builtin}";\nexport const used = builtin;\n`,
    message: whyNot(builtin),
  })),
  {
    promise: "a stage decodes no format itself",
    file: "shared/pipeline/extend/probe.ts",
    code: 'import * as format from "../../format/flatBinary/flatBinary.ts";\nexport const used = format;\n',
    message: adapterInStage,
  },
  {
    promise: "a stage knows no version of Zarr",
    file: "shared/pipeline/commit/probe.ts",
    code: 'import * as format from "../../zarr/v2/v2.ts";\nexport const used = format;\n',
    message: adapterInStage,
  },
  ...["shared/pipeline", "functions/runtime"].map((room) => ({
    promise: `${room} does not import a contract suite`,
    file: `${room}/probe.ts`,
    code: 'import { headers } from "../../shared/testing/objects.ts";\nexport const used = headers;\n',
    message: why("shared/testing"),
  })),
  {
    promise: "a contract suite imports no adapter",
    file: "shared/testing/probe.ts",
    code: 'import * as adapter from "../store/memory.ts";\nexport const used = adapter;\n',
    message: adapterInStage,
  },
  {
    promise: "a contract suite knows no stage",
    file: "shared/testing/probe.ts",
    code: 'import { extend } from "../pipeline/extend/extend.ts";\nexport const used = extend;\n',
    message: why("shared/testing"),
  },
  {
    promise: "no two files import each other",
    file: "shared/dataset/probe.ts",
    code: 'import * as itself from "./probe.ts";\nexport const used = itself;\n',
    message: circle,
  },
  ...["pipeline", "store"].map((room) => ({
    promise: `shared/${room} does not import functions/`,
    file: `shared/${room}/probe.ts`,
    code: 'import { readSettings } from "../../functions/runtime/settings.ts";\nexport const used = readSettings;\n',
    message: why(`shared/${room}`),
  })),
];

const permitted: readonly Omit<Violation, "message">[] = [
  {
    promise: "a stage may import the ports and what leases are made of",
    file: "shared/pipeline/probe.ts",
    code: [
      'import { NO_RECORD } from "../ledger/ledger.ts";',
      'import { updateRecord } from "../ledger/lease.ts";',
      'import type { Queue } from "../queue/queue.ts";',
      'import type { Source } from "../source/source.ts";',
      'import { ABSENT } from "../store/store.ts";',
      "export type Ports = Queue | Source;",
      "export const used = [NO_RECORD, updateRecord, ABSENT];",
      "",
    ].join("\n"),
  },
  {
    promise: "the library may work with instants that it is given",
    file: "shared/dataset/probe.ts",
    code: 'export const used = (t: number) => [new Date(t), Date.UTC(2000, 0), Date.parse("2000-01-01")];\n',
  },
  {
    promise: "functions/ may read clock, randomness and environment",
    file: "functions/probe.ts",
    code: "export const used = [Date.now(), Math.random(), process.env.HOME];\n",
  },
];

describe("npm run check keeps the rooms apart", () => {
  const laidOut = [...violations, ...permitted.map((probe) => ({ ...probe, message: undefined }))].map(
    (probe, i) => ({
      ...probe,
      file: probe.file.replace("probe", `probe${i}`),
      code: probe.code.replace("./probe.ts", `./probe${i}.ts`),
    }),
  );
  let root: string;
  let found: Linted;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "accrete-rooms-"));
    await cp(join(project, ".biome"), join(root, ".biome"), { recursive: true });
    for (const file of [".biome.json", ".gitignore"]) await copyFile(join(project, file), join(root, file));
    for (const { file, code } of laidOut) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), code);
    }
    const linted = await lint(root, "functions", "shared");
    const broken = roomFaults(root).map(({ file, why: message }) => ({ file, message }));
    found = { ...linted, faults: [...linted.faults, ...broken] };
  });
  after(() => rm(root, { recursive: true }));

  for (const { promise, file, message } of laidOut) {
    test(promise, () => {
      const faults = new Set(
        found.faults.filter((fault) => fault.file === file).map((fault) => fault.message),
      );
      assert.deepEqual([...faults], message === undefined ? [] : [message]);
    });
  }

  test("a file that breaks a rule of the linter fails the check", () => {
    assert.equal(found.exitCode, 1);
  });

  test("the project as it stands passes", async () => {
    assert.deepEqual(await lint(project, "functions", "shared"), { exitCode: 0, faults: [] });
    assert.deepEqual(roomFaults(project), []);
  });

  test("every room of the table is there", async () => {
    for (const { room } of rooms) await access(join(project, room));
  });
});

interface Linted {
  readonly exitCode: unknown;
  /** In the words of the rules. */
  readonly faults: readonly { readonly file: string; readonly message: string }[];
}

function lint(root: string, ...directories: string[]): Promise<Linted> {
  const { promise, resolve: finish } = Promise.withResolvers<Linted>();
  const given = [
    "lint",
    "--error-on-warnings",
    "--max-diagnostics=none",
    "--reporter=github",
    ...directories,
  ];
  execFile(linter, given, { cwd: root }, (error, stdout) => {
    const lines = stdout.matchAll(/^::(?:error|warning) .*?file=([^,]+),.*?::(.*)$/gm);
    const faults = [...lines].map(([, file = "", message = ""]) => ({
      file: relative(root, resolve(root, file)),
      message,
    }));
    finish({ exitCode: error ? error.code : 0, faults });
  });
  return promise;
}
