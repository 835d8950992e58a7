import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { shownPath } from "../runtime/shownPath.ts";
import { withExamples, withOutputOptions } from "./options.ts";
import { Interrupted, stopSignal } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";

const afterHelp = `
Makes what a repository of one's own begins with, in which datasets are described, checked and deployed: package.json, datasets/
with an example, terraform/, a Dockerfile, a workflow that checks, and a README of all that. Where one of these files is there
already, nothing is written.`;

/** `accrete init`: a repository of one's own. */
export function defineInit(command: Command): void {
  command.argument("<directory>", "where to make it; it may be there already");
  withExamples(
    withOutputOptions(command).addHelpText("after", afterHelp),
    ["accrete init rain", "a repository in ./rain"],
    ["accrete init .", "in the directory that one is in"],
  ).action(init);
}

async function init(directory: string, { json }: { readonly json?: true }): Promise<void> {
  const signal = stopSignal(new Interrupted("stopped; nothing was written"));
  const [{ packageNameOf, templateFiles }, { writeNew }, { packageVersion }] = await Promise.all([
    import("./init/template.ts"),
    import("./init/writeNew.ts"),
    import("../build/place.ts"),
  ]);
  const into = resolve(directory);
  const version = packageVersion();
  const name = packageNameOf(basename(into));
  const files = await templateFiles({ name, version });
  await writeNew(into, files, signal);
  if (json) return printJson({ directory: into, package: name, version, files: [...files.keys()] });
  process.stdout.write(`${[...madeLines(into, files.keys()), ...nextLines(into)].join("\n")}\n`);
}

function madeLines(into: string, paths: Iterable<string>): string[] {
  return [`made in ${into}:`, ...[...paths].map((path) => `  ${path}`)];
}

function nextLines(into: string): string[] {
  const shown = shownPath(into);
  const quoted = /^[\w./-]*$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
  return [
    "next:",
    `  ${shown === "." ? "" : `cd ${quoted} && `}npm install`,
    "  npx accrete new-dataset ftp://user:password@host/path/of/a/granule",
    "    asks, and writes datasets/ID.ts; datasets/example.ts shows by hand what such a file says",
    "  npx accrete check",
    "    whether every descriptor is sound, and what a change of one would mean for what is stored",
    "  npx accrete extend ID --source ftp://user:password@host/path",
    "    begins the dataset; README.md goes on from there",
  ];
}
