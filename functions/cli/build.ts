import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { type DescriptorError, UsageError } from "../../shared/errors.ts";
import { datasetsDirectory, descriptorPaths, openDatasets } from "../runtime/datasets/datasets.ts";
import { replaceFile } from "../runtime/replaceFile.ts";
import { readSettings, type TypedSettings } from "../runtime/settings.ts";
import { withExamples, withOutputOptions, withSettings } from "./options.ts";
import { printJson } from "./terminal/json.ts";

const usualDirectory = "dist";

const afterHelp = `
Makes, below DIRECTORY, what terraform deploys: functions.zip, whose bytes depend on the datasets and on the packages
that package-lock.json pins alone; the same laid out in functions/, to look at; and datasets.json, what terraform has
to know of the datasets. All of them are deployed: where one is faulty, nothing is made. A descriptor's imports go into
the archive; a file that it reads while it is loaded does not.`;

/** `accrete build`: what is deployed to the cloud. */
export function defineBuild(command: Command): void {
  command.argument("[directory]", "where to put it", usualDirectory);
  withExamples(
    withOutputOptions(withSettings(command, "datasets")).addHelpText("after", afterHelp),
    ["accrete build", "dist/functions.zip and dist/datasets.json, for terraform apply"],
    ["accrete build --json | jq -r .sha256", "the archive's hash, by which a deployment knows it"],
  ).action(build);
}

async function build(directory: string, typed: TypedSettings & { readonly json?: true }): Promise<void> {
  const datasetsIn = datasetsDirectory(readSettings({ datasets: typed.datasets }, process.env).datasets);
  const { datasets, faulty } = await openDatasets(datasetsIn);
  refuseFaulty([...faulty.values()]);
  if (datasets.length === 0)
    throw new UsageError([`${datasetsIn} holds no descriptor: nothing can be deployed`]);
  const [{ makeArchive }, { datasetFacts }, { deployedName, jsonFile }] = await Promise.all([
    import("../build/archive.ts"),
    import("../build/datasetFacts.ts"),
    import("../build/manifest.ts"),
  ]);
  const { files, zip } = await makeArchive(await descriptorPaths(datasetsIn));
  const into = resolve(directory);
  const laidOut = join(into, "functions");
  await refuseForeign(laidOut, deployedName);
  await rm(laidOut, { recursive: true, force: true });
  const made = [...files].map(([path, bytes]) => [join(laidOut, path), bytes] as const);
  const rest = [
    [join(into, "functions.zip"), zip],
    [join(into, "datasets.json"), jsonFile(datasetFacts(datasets))],
  ] as const;
  for (const [path, bytes] of [...made, ...rest]) await replaceFile(path, bytes);
  const sha256 = createHash("sha256").update(zip).digest("hex");
  const ids = datasets.map(({ id }) => id);
  if (typed.json) return printJson({ directory: into, archive_bytes: zip.length, sha256, datasets: ids });
  const lines = [...made, ...rest].map(([path, bytes]) => fileLine(path, bytes));
  process.stdout.write(`${lines.join("\n")}
SHA-256 ${sha256}
for ${ids.join(", ")}
next: terraform apply, which deploys ${relative("", join(into, "functions.zip"))}
`);
}

function refuseFaulty(faults: readonly DescriptorError[]): void {
  const [first] = faults;
  if (faults.length > 1) throw new UsageError(faults.map(({ message }) => message));
  if (first) throw first;
}

/** What lies there is replaced: it must be what a build has put there. */
async function refuseForeign(laidOut: string, deployedName: string): Promise<void> {
  const text = await readFile(join(laidOut, "package.json"), "utf8").catch(() => undefined);
  const isThere = text !== undefined || existsSync(laidOut);
  if (isThere && !text?.includes(`"name": "${deployedName}"`))
    throw new UsageError([`${laidOut} is there, and no build has made it: name another directory`]);
}

function fileLine(path: string, { length }: Uint8Array): string {
  return `${Math.ceil(length / 1024)
    .toLocaleString("en")
    .padStart(7)} KiB  ${relative("", path)}`;
}
