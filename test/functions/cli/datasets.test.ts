/** Descriptors lie in a directory of their keeper's, which is no package and has none installed: each file is loaded for itself. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { airText, jsonText, shippedSpec } from "../../support/descriptorTexts.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { runAccrete } from "./command.ts";

const options = { concurrency: 2 };

/** Where these files lie, below the directory that the command runs in. */
async function createKeeper(t: TestContext, files: Readonly<Record<string, string>>) {
  const directory = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  const accrete = (typed: string, environment = {}) => runAccrete(directory, typed, environment).finished;
  return {
    directory,
    accrete,
    /** The ids that `accrete datasets` tells of, and all else that it says. */
    async list(typed = "", environment = {}) {
      const run = await accrete(`datasets --json ${typed}`.trim(), environment);
      const { datasets = [] } = JSON.parse(run.stdout || "{}") as { datasets?: { dataset: string }[] };
      return { ids: datasets.map(({ dataset }) => dataset), stderr: run.stderr, exitCode: run.exitCode };
    },
  };
}

const found = (...ids: string[]) => ({ ids, stderr: "", exitCode: 0 });
const airJson = async (id: string) => jsonText({ ...(await shippedSpec("air-temperature")), id });

describe("the directory of descriptors is", options, () => {
  test("that which ships, unless there is a directory ./datasets", async (t) => {
    const { list } = await createKeeper(t, { datasets: "a file" });
    assert.deepEqual(await list(), found("air-temperature", "trmm-3b42rt"));
  });

  test("./datasets, of which nothing that ships is part", async (t) => {
    const { list, accrete } = await createKeeper(t, { "datasets/mine.ts": await airText("mine") });
    assert.deepEqual(await list(), found("mine"));
    const { stderr, exitCode } = await accrete("status trmm-3b42rt");
    assert.deepEqual(
      [stderr, exitCode],
      ['accrete: there is no dataset "trmm-3b42rt" in datasets; there are: mine\n', 2],
    );
  });

  test("the one given: as an option, or else by the environment", async (t) => {
    const { list } = await createKeeper(t, {
      "datasets/usual.ts": await airText("usual"),
      "a/first.ts": await airText("first"),
      "b/second.ts": await airText("second"),
    });
    assert.deepEqual(await list("", { ACCRETE_DATASETS: "a" }), found("first"));
    assert.deepEqual(await list("--datasets b", { ACCRETE_DATASETS: "a" }), found("second"));
  });

  test("refused where it cannot be read", async (t) => {
    const { list, accrete } = await createKeeper(t, { file: "a file" });
    for (const [name, why] of [
      ["nowhere", "there is no such directory"],
      ["file", "it is no directory"],
    ] as const) {
      const { stderr, exitCode } = await list(`--datasets ${name}`);
      const { error } = JSON.parse(stderr);
      assert.match(
        error.faults[0],
        new RegExp(
          `^the datasets' directory /.*/${name} cannot be read: ${why}; give another with --datasets$`,
        ),
      );
      assert.deepEqual([error.tag, exitCode], ["usage", 2]);
      assert.equal((await accrete(`status air-temperature --datasets ${name}`)).exitCode, 2);
    }
  });

  test("no fault where it is empty, and it is said how a dataset gets there", async (t) => {
    const { directory, accrete, list } = await createKeeper(t, {});
    await mkdir(join(directory, "datasets"));
    assert.deepEqual((await list()).ids, []);
    const listed = await accrete("datasets");
    assert.deepEqual(listed, {
      exitCode: 0,
      stdout: "",
      stderr: "there is no descriptor in datasets; `accrete new-dataset` makes one of a granule\n",
    });
    const { stderr, exitCode } = await accrete("status mine");
    assert.deepEqual(
      [stderr, exitCode],
      [
        'accrete: there is no dataset "mine" in datasets; there is none at all: `accrete new-dataset` makes one of a granule\n',
        2,
      ],
    );
  });
});

describe("a descriptor may be", options, () => {
  test("TypeScript, JavaScript or JSON, and nothing is said of how Node takes them", async (t) => {
    const files = {
      "datasets/by-ts.ts": typeScript(await airText("by-ts")),
      "datasets/by-js.js": await airText("by-js"),
      "datasets/by-json.json": await airJson("by-json"),
    };
    for (const packageJson of [{}, { "package.json": "{}" }, { "package.json": '{"type": "module"}' }]) {
      const { list } = await createKeeper(t, { ...files, ...packageJson });
      assert.deepEqual(await list(), found("by-js", "by-json", "by-ts"));
    }
  });

  test("CommonJS, where the keeper's package is of that kind", async (t) => {
    const text = (await airText("mine"))
      .replace(/import (.*) from (.*);/, "const $1 = require($2);")
      .replace("export default", "module.exports =");
    const { list } = await createKeeper(t, {
      "datasets/mine.js": text,
      "package.json": '{"type": "commonjs"}',
    });
    assert.deepEqual(await list(), found("mine"));
  });

  test("one that takes what is the keeper's own from beside it", async (t) => {
    const { list } = await createKeeper(t, {
      "datasets/_grid.ts": 'export const title: string = "with what is shared";',
      "datasets/mine.ts": `import { title } from "./_grid.ts";\n${await airText("mine")}`.replace(
        /title: ".*"/,
        "title",
      ),
    });
    assert.deepEqual(await list(), found("mine"));
  });

  test("one beside which another copy of the package lies: it gets the one that runs", async (t) => {
    const { list } = await createKeeper(t, {
      "datasets/mine.ts": await airText("mine"),
      "node_modules/accrete-zarr/package.json":
        '{"name": "accrete-zarr", "type": "module", "exports": "./other.js"}',
      "node_modules/accrete-zarr/other.js": 'throw new Error("the other copy is loaded");',
    });
    assert.deepEqual(await list(), found("mine"));
  });
});

test("files of other names are no descriptors", async (t) => {
  const broken = "this is nothing";
  const { list } = await createKeeper(t, {
    "datasets/mine.json": await airJson("mine"),
    "datasets/mine.metadata.json": "{}",
    ...Object.fromEntries(
      ["_shared.ts", ".hidden.ts", "mine.d.ts", "mine.test.ts", "README.md", "other.mjs", "folder/a.ts"].map(
        (name) => [`datasets/${name}`, broken],
      ),
    ),
  });
  assert.deepEqual(await list(), found("mine"));
});

describe("a descriptor that cannot be used keeps none of the others away, and says why:", options, () => {
  const cases: readonly (readonly [what: string, name: string, text: string, fault: RegExp])[] = [
    [
      "broken syntax",
      "bad.ts",
      "export default {",
      /^bad\.ts, line 1: Expression expected$|^bad\.ts, line 1: /,
    ],
    ["broken JSON", "bad.json", '{"id": ', /^bad\.json: Unexpected end of JSON input$/],
    ["JSON that is no object", "bad.json", "[]", /^the descriptor is a list, not an object/],
    ["it throws", "bad.js", 'export const a = 1;\nthrow new Error("no idea");', /^bad\.js, line 2: no idea$/],
    ["it throws no error", "bad.js", "export default 1; throw null;", /^null$/],
    [
      "it imports what is not there",
      "bad.ts",
      'import "./_nothing.ts";',
      /^Cannot find module '.*_nothing\.ts' imported from .*bad\.ts$/,
    ],
    [
      "it exports nothing",
      "bad.ts",
      "",
      /^its file exports no dataset of that id; if it is no descriptor, let its name begin with _$/,
    ],
    [
      "it exports what nobody checked",
      "bad.ts",
      'export default { id: "bad" };',
      /^its file exports a descriptor that nobody has checked: export what defineDataset returns/,
    ],
  ];
  for (const [what, name, text, fault] of cases)
    test(what, async (t) => {
      const { list, accrete } = await createKeeper(t, {
        [`datasets/${name}`]: text,
        "datasets/sound.ts": await airText("sound"),
      });
      const { ids, stderr, exitCode } = await list();
      assert.deepEqual([ids, exitCode], [["sound"], 3]);
      const [, told = ""] = /^accrete: descriptor of "bad": (.*)\n$/.exec(stderr) ?? [];
      assert.match(told, fault, stderr);
      const { exitCode: ofBad, stderr: alone } = await accrete("status bad");
      assert.deepEqual([ofBad, alone], [2, stderr]);
    });

  test("its dataset has another id", async (t) => {
    const files = { "datasets/bad.ts": await airText("other"), "datasets/also.json": await airJson("other") };
    const { list } = await createKeeper(t, files);
    const { ids, stderr, exitCode } = await list();
    assert.deepEqual([ids, exitCode], [[], 3]);
    for (const id of ["also", "bad"])
      assert.match(
        stderr,
        new RegExp(
          `^accrete: descriptor of "${id}": its file exports the dataset "other": name the file after it, or give the dataset the id "${id}"$`,
          "m",
        ),
      );
  });

  test("another file has the same name", async (t) => {
    const { list } = await createKeeper(t, {
      "datasets/bad.ts": await airText("bad"),
      "datasets/bad.json": await airJson("bad"),
      "datasets/sound.ts": await airText("sound"),
    });
    assert.deepEqual(await list(), {
      ids: ["sound"],
      stderr: 'accrete: descriptor of "bad": there are bad.json and bad.ts: keep one of them\n',
      exitCode: 3,
    });
  });

  test("its dataset is faulty: all faults at once", async (t) => {
    const text = (await airJson("bad"))
      .replace('"PT6H"', '"6 hours"')
      .replace('"chunkLength": 40', '"chunkLength": 0');
    const { list } = await createKeeper(t, { "datasets/bad.json": text });
    const { stderr } = await list();
    assert.match(stderr, /^accrete: descriptor of "bad": .*time\.step "6 hours".*\n$/);
    assert.match(stderr, /time\.chunkLength 0/);
  });
});

/** With types, of the kind that can be taken off. */
function typeScript(text: string): string {
  return text
    .replace("import {", "import { type DatasetSpec,")
    .replace("export default defineDataset({", "const spec: DatasetSpec = {")
    .replace(/\}\);\n$/, "};\nexport default defineDataset(spec);\n");
}
