/** `accrete completion`: a shell that has read the script offers what the command knows. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { createProgram } from "../../../functions/cli/program.ts";
import { runAccrete } from "./command.ts";

const run = promisify(execFile);
const datasets = ["air-temperature", "trmm-3b42rt"];

let directory = "";
let bash = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "accrete-completion-"));
  await mkdir(join(directory, "maps of rain"));
  await mkdir(join(directory, "ftp"));
  await writeFile(join(directory, "ledger.sqlite"), "");
  const { exitCode, stdout, stderr } = await runAccrete(directory, "completion bash", {}).finished;
  assert.deepEqual([exitCode, stderr], [0, ""]);
  bash = stdout;
});
after(() => rm(directory, { recursive: true, force: true }));

/** What bash offers where a person presses Tab at the end of the line, by the function that it registered for its first word. */
async function offered(line: string): Promise<string[]> {
  const script = `${bash}
COMP_LINE=$1 COMP_POINT=\${#1}
read -ra COMP_WORDS <<< "$1"
[[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
registered=$(complete -p "\${COMP_WORDS[0]}")
[[ $registered =~ -F\\ ([a-z_]+) ]]
"\${BASH_REMATCH[1]}" "\${COMP_WORDS[0]}" "\${COMP_WORDS[COMP_CWORD]}" ""
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run("bash", ["--norc", "-c", script, "bash", line], { cwd: directory });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

describe("accrete completion bash", { concurrency: 4 }, () => {
  test("offers every subcommand that the command has", async () => {
    const names = (await createProgram()).commands.map((command) => command.name());
    assert.ok(names.includes("extend") && names.includes("doctor"));
    assert.deepEqual((await offered("accrete ")).sort(), [...names, "help"].sort());
  });

  test("offers every option of each subcommand", async () => {
    for (const command of (await createProgram()).commands) {
      const long = command.options.map((option) => option.long).filter((name) => name != null);
      const words = await offered(`accrete ${command.name()} --`);
      assert.deepEqual(words.sort(), [...long, "--help"].sort());
    }
  });

  const cases: readonly (readonly [line: string, ...words: string[]])[] = [
    ["accrete ext", "extend"],
    ["accrete extend ", ...datasets],
    ["accrete extend tr", "trmm-3b42rt"],
    ["accrete extend --watch tr", "trmm-3b42rt"],
    ["accrete extend trmm-3b42rt --so", "--source"],
    ["accrete extend --store ", "ftp", "maps of rain"],
    ["accrete extend --store ma", "maps of rain"],
    ["accrete extend --store=ma", "maps of rain"],
    ["accrete extend --store file:ma", "maps of rain"],
    ["accrete extend --ledger le", "ledger.sqlite"],
    // A value that only a person knows, though a file is called so.
    ["accrete extend --source ft"],
    ["accrete extend --source ftp://me:secret@host/path air", "air-temperature"],
    ["accrete extend --from 2014-04-01T00:00:00Z --to=2014-04-02T00:00:00Z air", "air-temperature"],
    ["accrete completion ", "bash", "zsh", "fish"],
    ["accrete help do", "doctor"],
    ["accrete serve trmm-3b42rt ai", "air-temperature"],
    ["accrete inspect led", "ledger.sqlite"],
    ["accrete nonsense "],
    ["npx acc", "accrete"],
    ["npx accrete extend air", "air-temperature"],
    ["accrete.ts stat", "status"],
  ];
  for (const [line, ...words] of cases) {
    test(`${line}⇥ offers ${words.join(", ") || "nothing"}`, async () => {
      assert.deepEqual((await offered(line)).sort(), words.toSorted());
    });
  }

  test("leaves to a person who completes npx already what that does", async () => {
    const script = `complete -W own npx\n${bash}\ncomplete -p npx`;
    const { stdout } = await run("bash", ["--norc", "-c", script]);
    assert.equal(stdout, "complete -W 'own' npx\n");
  });
});

describe("accrete completion for other shells", () => {
  for (const shell of ["zsh", "fish"] as const) {
    test(`${shell} can read it, and finds subcommands, options and datasets in it`, async (t) => {
      const { exitCode, stdout } = await runAccrete(directory, `completion ${shell}`, {}).finished;
      assert.equal(exitCode, 0);
      for (const word of ["extend", "watch", ...datasets]) assert.ok(stdout.includes(word), word);
      const file = join(directory, `completion.${shell}`);
      await writeFile(file, stdout);
      await run(shell, ["-n", file]).catch((error) => {
        if (error.code !== "ENOENT" || process.env.ACCRETE_REQUIRE_SHELLS) throw error;
        t.diagnostic(`${shell} is not installed here: its script was not run`);
      });
    });
  }

  const lines: readonly (readonly [line: string, ...words: string[]])[] = [
    ["accrete stat", "status"],
    ["accrete extend ", ...datasets],
    ["accrete extend --store somewhere tr", "trmm-3b42rt"],
    ["accrete extend trmm-3b42rt "],
    ["accrete serve trmm-3b42rt ai", "air-temperature"],
    ["accrete completion ", "bash", "fish", "zsh"],
    ["accrete completion bash "],
    ["accrete inspect status "],
    ["accrete extend --source "],
    ["accrete extend trmm-3b42rt --so", "--source"],
  ];
  for (const [line, ...offers] of lines) {
    test(`fish: ${line}⇥ offers ${offers.join(", ") || "nothing"}`, async (t) => {
      const { stdout: script } = await runAccrete(directory, "completion fish", {}).finished;
      const file = join(directory, "completion.fish");
      await writeFile(file, script);
      const empty = await mkdtemp(join(directory, "empty-"));
      const asking = ["--no-config", "-c", `source ${file}; complete -C $argv[1]`, line];
      const found = await run("fish", asking, { cwd: empty }).catch((error) => {
        if (error.code !== "ENOENT" || process.env.ACCRETE_REQUIRE_SHELLS) throw error;
        return undefined;
      });
      if (!found) return t.skip("fish is not installed here");
      const words = found.stdout.split("\n").flatMap((said) => said.split("\t")[0] || []);
      assert.deepEqual(words.sort(), [...offers]);
    });
  }

  test("an unknown shell: it names those there are", async () => {
    const { exitCode, stderr } = await runAccrete(directory, "completion tcsh", {}).finished;
    assert.equal(exitCode, 2);
    assert.match(stderr, /Allowed choices are bash, zsh, fish\./);
  });
});
