/**
 * What runs on Node is checked without a browser's names, and the page without Node's, so that neither reaches for what is not
 * there where it runs. Every file is in one of the projects that `npm run check:types` checks.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const compiler = join(root, "node_modules/.bin/tsc");
const projects = ["tsconfig.json", "functions/page/tsconfig.json", "test/functions/page/tsconfig.json"];

function compile(...args: string[]): Promise<{ readonly exitCode: unknown; readonly output: string }> {
  const { promise, resolve: finish } = Promise.withResolvers<{ exitCode: unknown; output: string }>();
  execFile(compiler, args, { cwd: root, maxBuffer: 64e6 }, (error, stdout) =>
    finish({ exitCode: error ? error.code : 0, output: stdout }),
  );
  return promise;
}

/** The faults of a file of `code` that is checked by a project's rules, together with all of `folder`. */
async function faultsOf(code: string, project: string, folder: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "accrete-types-"));
  try {
    await writeFile(join(directory, "probe.ts"), code);
    const config = {
      extends: join(root, project),
      compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
      include: [join(directory, "probe.ts"), join(root, folder)],
      exclude: [],
    };
    await writeFile(join(directory, "tsconfig.json"), JSON.stringify(config));
    const { output } = await compile("-p", directory, "--pretty", "false");
    return output
      .split("\n")
      .flatMap((line) => /error TS\d+: Cannot find name '(\w+)'/.exec(line)?.[1] ?? []);
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe("npm run check:types", () => {
  test("knows nothing of a browser in shared/", async () => {
    const code = "export const used = [document, matchMedia, process, new TextDecoder()];\n";
    assert.deepEqual(await faultsOf(code, "tsconfig.json", "shared"), ["document", "matchMedia"]);
  });

  test("knows nothing of Node in the page", async () => {
    const code = "export const used = [process, Buffer, setImmediate, document, new TextDecoder()];\n";
    assert.deepEqual(await faultsOf(code, "functions/page/tsconfig.json", "functions/page"), [
      "process",
      "Buffer",
      "setImmediate",
    ]);
  });

  test("checks every file, each in one project", async () => {
    const checked = await Promise.all(
      projects.map(async (project) => {
        const { output } = await compile("-p", project, "--showConfig");
        const { files } = JSON.parse(output) as { readonly files: readonly string[] };
        return files.map((file) => resolve(root, project, "..", file));
      }),
    );
    const found = await Promise.all(
      ["functions", "shared", "test"].map(async (folder) => {
        const files = await readdir(join(root, folder), { recursive: true });
        return files.filter((file) => /\.tsx?$/.test(file)).map((file) => join(root, folder, file));
      }),
    );
    assert.deepEqual(checked.flat().sort(), found.flat().sort());
  });

  test("runs all of them", async () => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    assert.equal(scripts["check:types"], "tsc && tsc -p functions/page && tsc -p test/functions/page");
  });
});
