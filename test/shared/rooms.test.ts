/**
 * The rooms of the project are kept apart by `npm run check`: stages know ports and no adapter, each client library is used
 * in one file, and the library reads neither clock nor randomness nor environment. Offending files are laid out in a
 * directory of their own, under the project's own rules.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

const project = resolve(import.meta.dirname, "../..");
const linter = join(project, "node_modules/.bin/biome");

const adapterInStage = "The stages know ports, never adapters: take the adapter from the wiring.";
const outsideWorld =
  "Environment, clock and randomness are read under functions/ only: take them as parameters.";
const upward = "shared/ is a library: it knows nothing of what calls it.";

interface Violation {
  readonly promise: string;
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

const violations: readonly Violation[] = [
  ...[
    "store/filesystem",
    "store/memory",
    "store/gcs",
    "ledger/sqlite",
    "ledger/memory",
    "ledger/firestore",
    "queue/local",
    "queue/pubsub",
    "source/ftp/ftp",
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
    message: "Only functions/ estimates: no stage goes by it.",
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
    code: 'export const used = () => import("../source/ftp/ftp.ts");\n',
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
      ["basic-ftp", "Only shared/source/ftp/*.ts speak FTP.", "shared/source/probe.ts"],
      [
        "pako",
        "Only shared/format/decompress/inflatePako.ts and functions/page/dataset/codecs.ts use pako.",
        "shared/format/probe.ts",
      ],
      [
        "zarrita",
        "Only shared/status/coverage.ts and functions/page/dataset/openDataset.ts read through zarrita.",
        "shared/status/probe.ts",
      ],
      [
        "@google-cloud/storage",
        "Only shared/store/gcs/*.ts speak to Cloud Storage.",
        "shared/store/probe.ts",
      ],
      [
        "@google-cloud/firestore",
        "Only shared/ledger/firestore.ts speaks to Firestore.",
        "shared/ledger/probe.ts",
      ],
      ["@google-cloud/pubsub", "Only shared/queue/pubsub.ts speaks to Pub/Sub.", "shared/queue/probe.ts"],
      [
        "node:sqlite",
        "Only shared/ledger/sqliteFile.ts and shared/store/mutex.ts use SQLite.",
        "shared/ledger/probe.ts",
      ],
    ] as const
  ).flatMap(([library, message, neighbour]) =>
    [neighbour, "functions/probe.ts"].map((file) => ({
      promise: `${file} does not import ${library}`,
      file,
      code: `import * as library from "${library}";\nexport const used = library;\n`,
      message,
    })),
  ),
  ...[
    "node:fs",
    "../../shared/pipeline/commit/commit.ts",
    "../../shared/archive/groupObjects.ts",
    "../../shared/store/gcs/gcsStore.ts",
    "../runtime/wiring.ts",
    "../cli/localRun.ts",
  ].map((module) => ({
    promise: `the page does not import ${module}`,
    file: "functions/page/probe.ts",
    code: `import * as other from "${module}";\nexport const used = other;\n`,
    message: "The page runs in a browser: it knows no stage, no adapter, and nothing of Node.",
  })),
  {
    promise: "the library parses no arguments",
    file: "shared/status/probe.ts",
    code: 'import { Command } from "commander";\nexport const used = Command;\n',
    message: "Only functions/ parses arguments.",
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
  ...(
    [
      ["node:process", "Only functions/ reads the environment."],
      ["node:crypto", "Only functions/ makes random names."],
      ["node:os", "Only functions/ looks at the machine."],
    ] as const
  ).map(([builtin, message]) => ({
    promise: `the library does not import ${builtin}`,
    file: "shared/store/probe.ts",
    code: `import * as builtin from "${builtin}";\nexport const used = builtin;\n`,
    message,
  })),
  ...["pipeline", "store"].map((room) => ({
    promise: `shared/${room} does not import functions/`,
    file: `shared/${room}/probe.ts`,
    code: 'import { readSettings } from "../../functions/runtime/settings.ts";\nexport const used = readSettings;\n',
    message: upward,
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
    (probe, i) => ({ ...probe, file: probe.file.replace("probe", `probe${i}`) }),
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
    found = await lint(root, "functions", "shared");
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

  test("a file that breaks a rule fails the check", () => {
    assert.equal(found.exitCode, 1);
  });

  test("the project as it stands passes", async () => {
    assert.deepEqual(await lint(project, "functions", "shared"), { exitCode: 0, faults: [] });
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
