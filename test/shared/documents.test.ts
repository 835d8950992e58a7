/** The documents point to what is there: files, headings and scripts move, and no compiler reads prose. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { describe, test } from "node:test";
import { generated } from "../support/generated.ts";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";

const project = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFile(join(project, path), "utf8");
const documents = globSync(["*.md", ".github/*.md", "functions/*.md", "{shared,terraform,test}/**/*.md"], {
  cwd: project,
});

/** Where a link may lead within a document: its headings, as GitHub names them, and anchors of its own. */
function anchorsOf(text: string): Set<string> {
  const prose = text.replace(/^( *)```[\s\S]*?^\1```$/gm, "");
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  const own = [...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id);
  return new Set([...headings, ...own]);
}

describe("every document", () => {
  for (const document of documents) {
    test(`${document}: its links lead to files and headings that are there`, async () => {
      const text = await read(document);
      for (const [link, path = "", anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
        const target = path === "" ? document : join(dirname(document), path);
        assert.ok(existsSync(join(project, target)), `${document} has the link ${link}, but no ${target}`);
        if (anchor !== undefined)
          assert.ok(anchorsOf(await read(target)).has(anchor), `${target} has no #${anchor}`);
      }
    });

    test(`${document}: the paths that it names are there`, async () => {
      for (const [, path = ""] of (await read(document)).matchAll(
        /`((?:shared|functions|test|terraform|\.ci|\.github)\/[\w./-]*)`/g,
      ))
        assert.ok(existsSync(join(project, path)), `${document} names ${path}, which is not there`);
    });

    test(`${document}: the scripts that it names are those of package.json`, async () => {
      const { scripts } = JSON.parse(await read("package.json"));
      for (const [, script = ""] of (await read(document)).matchAll(
        /npm run (?:--silent )?([a-z]\w*(?::\w+)*)/g,
      ))
        assert.ok(script in scripts, `${document} names npm run ${script}`);
    });
  }

  test("README.md is read in one go: it has at most 150 lines", async () => {
    assert.ok((await read("README.md")).trimEnd().split("\n").length <= 150);
  });
});

test("systemd takes the units of functions/README.md, as they stand there", async (t) => {
  const text = await read("functions/README.md");
  const named = [...text.matchAll(/`\/etc\/systemd\/system\/([^`]+)`[^`]*```ini\n(.*?)```/gs)];
  assert.equal(named.length, text.match(/```ini/g)?.length);
  const directory = await temporaryDirectory(t);
  // An instance's name is given, and the command lies elsewhere.
  const installed = join(directory, "accrete");
  await writeFile(installed, "", { mode: 0o755 });
  const paths = named.map(([, name = ""]) => join(directory, name.replace("@.", "@rain.")));
  for (const [at, [, , unit = ""]] of named.entries())
    await writeFile(paths[at] ?? "", unit.replaceAll(/\/opt\/rain\/\S+\/accrete/g, installed));
  const verified = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], { encoding: "utf8" });
  if (verified.error) return t.skip("this machine has no systemd");
  assert.deepEqual([verified.stderr, verified.status], ["", 0]);
});

describe("what is made from the code", () => {
  for (const { path, bytes } of generated) {
    test(`${relative(project, path)} is what npm run golden makes`, async () => {
      assert.equal(await readFile(path, "utf8"), new TextDecoder().decode(bytes()));
    });
  }
});
