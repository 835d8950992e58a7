/** Every level of the command says what it does, and shows lines that can be typed as they stand. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Command } from "commander";
import { createProgram } from "../../../functions/cli/program.ts";
import { readSettings, type TypedSettings } from "../../../functions/runtime/settings.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { runAccrete } from "./command.ts";

/** What `--help` prints of a command. */
function helpOf(command: Command): string {
  const printed: string[] = [];
  command.configureOutput({ writeOut: (text) => void printed.push(text) });
  command.outputHelp();
  return printed.join("");
}

/** The lines that run `accrete`, out of a pipe or a substitution. */
function examplesIn(help: string): string[] {
  const shown = (help.split("\nExamples:\n")[1] ?? "").split("\n\n")[0] ?? "";
  const lines = shown.split("\n").filter((line) => !/^\s*#/.test(line) && line.trim() !== "");
  return lines.map((line) => {
    const typed = /\baccrete ([^|<>()]+)/.exec(line)?.[1];
    assert.ok(typed, `no accrete in ${line}`);
    return typed.trim();
  });
}

/** Parses as a person's line is parsed, and runs nothing. Resolves to the subcommand that would have run. */
async function parsed(line: string): Promise<string> {
  const program = await createProgram();
  let ran = "";
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: () => undefined });
  for (const command of program.commands) {
    command.exitOverride().action(() => {
      ran = command.name();
      const typed: TypedSettings = command.opts();
      // What the options hold is a time, a place or a URL.
      readSettings(typed, {});
    });
  }
  await program.parseAsync(line.split(/\s+/), { from: "user" }).catch((error) => {
    if (error.code !== "commander.help") throw error;
    ran = "help";
  });
  return ran;
}

const levels = ["", ...(await createProgram()).commands.map((command) => command.name())];

describe("--help", () => {
  for (const level of levels) {
    const command = async () => {
      const program = await createProgram();
      return program.commands.find((one) => one.name() === level) ?? program;
    };
    test(`of accrete ${level}: a description, and examples that parse`, async () => {
      const help = helpOf(await command());
      assert.match(help, /^Usage: accrete /);
      assert.ok((await command()).description().length > 10);
      const examples = examplesIn(help);
      assert.ok(examples.length > 0, help);
      for (const example of examples) {
        const ran = await parsed(example);
        assert.notEqual(ran, "", example);
        if (level !== "") assert.equal(ran, level, example);
      }
    });
  }

  test("says which settings, times and exit codes there are", async () => {
    const help = helpOf(await createProgram());
    for (const named of [/ACCRETE_STORE/, /NO_COLOR/, /ISO 8601 in UTC/, /130 interrupted/])
      assert.match(help, named);
  });

  test("names every tag that a failure may have, and every variable that the README's table names", async () => {
    const help = helpOf(await createProgram()).replaceAll(/\s+/g, " ");
    const read = (path: string) => readFile(join(import.meta.dirname, "../../..", path), "utf8");
    const tags = [...(await read("shared/errors.ts")).matchAll(/readonly tag = "(\w+)"/g)].map(
      ([, tag]) => tag,
    );
    const told = / tags are ([\w, ]+)\./.exec(help)?.[1]?.split(/, | and /) ?? [];
    assert.deepEqual(told.toSorted(), [...tags, "interrupted", "unexpected"].toSorted());
    const table = (await read("README.md")).split("| option | environment |")[1]?.split("\n\n")[0] ?? "";
    for (const [variable] of table.matchAll(/ACCRETE_\w+/g)) assert.ok(help.includes(variable), variable);
  });

  test("groups the options of a subcommand by what they are for", async () => {
    const extend = (await createProgram()).commands.find((command) => command.name() === "extend") as Command;
    const help = helpOf(extend);
    const headings = ["What to do:", "Which timesteps:", "Where things are:", "Output:", "Examples:"];
    const places = headings.map((heading) => help.indexOf(`\n${heading}\n`));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(places.every((place) => place > 0));
    assert.doesNotMatch(help, /^Options:$/m);
  });
});

/** Notes the address of every module that is loaded, in the file of that variable. */
const noting = `data:text/javascript,${encodeURIComponent(`
  import { appendFileSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({ load: (url, context, next) => (appendFileSync(process.env.NOTED, url + "\\n"), next(url, context)) });
`)}`;

test("--help loads neither what checks descriptors nor any client, and no subcommand", async (t) => {
  const directory = await temporaryDirectory(t);
  const noted = join(directory, "noted");
  const environment = { NOTED: noted, NODE_OPTIONS: `--import=${noting}` };
  const { exitCode, stdout } = await runAccrete(directory, "--help", environment).finished;
  assert.deepEqual([exitCode, stdout.startsWith("Usage: accrete")], [0, true]);
  const loaded = (await readFile(noted, "utf8")).split("\n").filter((url) => url.startsWith("file:"));
  const packages = new Set(
    loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []),
  );
  assert.deepEqual([...packages], ["commander"]);
  const own = loaded.map((url) => url.slice(url.search(/(functions|shared)\//)));
  assert.deepEqual(
    own.filter((path) =>
      /^shared\/(?!errors|nearest|schema|ledger\/storedForm|source\/|dataset\/(baseUrl|timeAxis))|cli\/(extend|plan)/.test(
        path,
      ),
    ),
    [],
  );
});
