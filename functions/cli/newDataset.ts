import { resolve } from "node:path";
import type { Command } from "commander";
import type { NameGroup } from "../../shared/authoring/names/groups.ts";
import type { Probed } from "../../shared/authoring/newDataset/probe.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { UsageError } from "../../shared/errors.ts";
import { openDataset, openDatasets, shippedDirectory, usualDirectory } from "../runtime/datasets/datasets.ts";
import { readSettings, type TypedSettings } from "../runtime/settings.ts";
import { shownPath } from "../runtime/shownPath.ts";
import type { Respondent } from "./newDataset/interview.ts";
import type { LineReader } from "./newDataset/lineReader.ts";
import { withExamples, withSettings } from "./options.ts";
import { exitCodes, Interrupted, stopSignal } from "./terminal/exit.ts";

const afterHelp = `
Probes one granule, proposes what its length, values and path speak for, asks for the rest, and writes a descriptor
that passes its check and decodes the granule. Of a directory it lists what leads to granules, finds path, start and step
by their names, and probes the newest that looks whole. An empty answer takes what stands in brackets. Answers may also come
from a file or a pipe, a line each. It is for flat binary granules that are all alike; for what another dataset
decodes already, grid, fields and decoding can be copied. Header layouts are written by hand.
What is asked goes to stderr; stdout has what was written, or with --dry-run the descriptor.`;

/** Options that are answers. Those of fields are given as NAME=VALUE, as often as needed. */
const answers: readonly (readonly [option: string, value: string, does: string])[] = [
  ["id", "id", "of the dataset"],
  ["title", "text", "in a line"],
  ["summary", "text", "what it is, for who finds it"],
  ["institution", "text", "that makes it"],
  ["source-text", "text", "what the granules are"],
  ["license", "text", "of its granules"],
  ["header-bytes", "count", "bytes before the first value"],
  ["byte-order", "order", "big or little"],
  ["steps-per-granule", "count", "timesteps in one, one after the other"],
  ["dimensions", "name:first,step,count:units;…", "besides latitude and longitude, or -"],
  ["fields", "name:type,…", "in the file's order"],
  ["latitude", "first,step,count", "in degrees"],
  ["longitude", "first,step,count", "in degrees"],
  ["url", "url", "base URL of the provider, without user and password"],
  ["path", "pattern", "of granules below it, as in {YYYY}/{MM}/rain_{YYYYMMDDHH}.bin"],
  ["start", "time", "first timestep"],
  ["step", "duration", "as in PT3H"],
  ["end", "time", "last timestep, or -"],
  ["time-units", "units", "as in hours since 2000-03-01 00:00:00"],
  ["stamp", "position", "instant, start, centre or end"],
  ["chunk-length", "timesteps", "in a chunk, pinned for ever"],
  ["latency", "duration", "how long after its timestep a granule is expected"],
  ["patience", "duration", "after how long one that does not come is missing"],
  ["revision-window", "duration", "for how long granules may be replaced"],
];
const fieldAnswers: readonly (readonly [option: string, does: string])[] = [
  ["long-name", "what a field is"],
  ["units", "of a field"],
  ["standard-name", "of a field, or -"],
  ["missing", "the stored value that means missing, or -"],
  ["scale", "what stored values are divided by"],
  ["valid-range", "the least and the greatest value that can be, as 0,300, or -"],
];

const pictureSize = { columnsMax: 78, rowsMax: 32 } as const;

type Typed = TypedSettings &
  Readonly<Record<string, unknown>> & {
    readonly yes?: true;
    readonly dryRun?: true;
  };

/** `accrete new-dataset`: asks, probes one granule, writes a descriptor that passes its check. */
export function defineNewDataset(command: Command): void {
  command
    .argument(
      "[granule]",
      "one of them, or a directory that leads to them: of this machine, or its URL at a provider",
    )
    .option("--yes", "take every proposal; ask only where there is none")
    .option("--dry-run", "print the descriptor, and write nothing");
  withSettings(command, "datasets").optionsGroup("Answers:");
  for (const [option, value, does] of answers) command.option(`--${option} <${value}>`, does);
  command.optionsGroup("Answers on a field, each as often as there are fields:");
  const collect = (text: string, before: readonly string[] = []) => [...before, text];
  for (const [option, does] of fieldAnswers) command.option(`--${option} <name=value>`, does, collect);
  withExamples(
    command.addHelpText("after", afterHelp),
    ["accrete new-dataset test8_2013010100.dat", "ask, and write datasets/ID.ts"],
    [
      "accrete new-dataset test8_2013010100.dat --yes --dry-run --fields air:float32 --latitude 75,-2.5,25 --longitude 200,2.5,53 --units air=K --url ftp://host/path",
      "print it, without asking",
    ],
  ).action(makeDataset);
}

async function makeDataset(granule: string | undefined, typed: Typed): Promise<void> {
  const [{ takenIds, writeDescriptor }, { createLineReader }, { descriptorSource }] = await Promise.all([
    import("./newDataset/descriptorFiles.ts"),
    import("./newDataset/lineReader.ts"),
    import("../../shared/authoring/newDataset/descriptorSource.ts"),
  ]);
  const given = givenAnswers(typed);
  const { datasets } = readSettings({ datasets: typed.datasets }, process.env);
  const directory = datasets ?? resolve(usualDirectory);
  const taken = takenIds(directory);
  const signal = stopSignal(new Interrupted("stopped; nothing was written"));
  const reader = createLineReader(process.stdin, process.stderr, signal);
  try {
    const respondent = respondentOf(reader, given, typed.yes ?? false);
    const known = await openDatasets(taken.size > 0 ? directory : shippedDirectory);
    const probed = await probedGranule(granule, known.datasets, respondent, signal);
    const spec = await describedBy(probed, taken, respondent);
    if (!spec) {
      respondent.say("nothing was written");
      process.exitCode = exitCodes.failed;
      return;
    }
    signal.throwIfAborted();
    const source = descriptorSource(spec);
    if (typed.dryRun) process.stdout.write(source);
    else {
      const file = writeDescriptor(directory, spec.id, source);
      await tryWritten(spec.id, directory, probed);
      process.stdout.write(`${writtenLines(spec.id, file, probed).join("\n")}\n`);
    }
  } finally {
    reader.close();
  }
}

/** An answer that cannot be used may come again and again: of a pipe there is no end. */
const askedMax = 30;

function respondentOf(
  reader: LineReader,
  given: ReadonlyMap<string, string>,
  takesProposals: boolean,
): Respondent {
  let asked = { question: "", times: 0 };
  const ask: Respondent["ask"] = async (question, option) => {
    asked = { question, times: question === asked.question ? asked.times + 1 : 1 };
    if (asked.times > askedMax)
      throw new UsageError([`no usable answer for ${option} in ${askedMax} tries; nothing was written`]);
    return reader.ask(question, option);
  };
  return { given, takesProposals, ask, say: (text) => void process.stderr.write(`${text}\n`) };
}

async function probedGranule(
  granule: string | undefined,
  known: readonly Descriptor[],
  respondent: Respondent,
  signal: AbortSignal,
): Promise<Probed> {
  const [{ probe }, { probeDirectory }, { assertDirectory, directoryUrlOf }, { openSourceAt }] =
    await Promise.all([
      import("../../shared/authoring/newDataset/probe.ts"),
      import("../../shared/authoring/newDataset/probeDirectory.ts"),
      import("../../shared/authoring/inspect/directory.ts"),
      import("../runtime/wiring.ts"),
    ]);
  const place = granule ?? (await respondent.ask("one granule, a file or its URL: ", "the granule")).trim();
  if (place === "") throw new UsageError(["a granule is needed: a file, or the URL of one"]);
  const template = respondent.given.get("path");
  const choose = (groups: readonly NameGroup[]) => chosenGroup(groups, respondent);
  const options = { known, openSource: openSourceAt, template, choose };
  const directory = await directoryUrlOf(place);
  if (directory !== undefined) return probeDirectory(directory, options, signal);
  try {
    return await probe(place, known, openSourceAt, signal);
  } catch (error) {
    await assertDirectory(place, openSourceAt, error, signal);
    return probeDirectory(place, options, signal);
  }
}

/** Of several kinds of files those that are granules: the most, or what is chosen. */
async function chosenGroup(groups: readonly NameGroup[], { say, ask, takesProposals }: Respondent) {
  say("files are named in several ways:");
  for (const [i, { template, files, filesMost }] of groups.entries())
    say(
      `  ${i + 1}  ${template}, ${files.length} of them${filesMost > 1 ? `, up to ${filesMost} a timestep` : ""}`,
    );
  for (;;) {
    const text = takesProposals ? "" : (await ask("which of them are the granules? [1]: ", "--path")).trim();
    const group = groups[Number(text || "1") - 1];
    if (group) return group;
    say(`  a number from 1 to ${groups.length}`);
  }
}

async function describedBy(probed: Probed, taken: ReadonlySet<string>, respondent: Respondent) {
  const [{ makeDescriptor }, { depthOf }] = await Promise.all([
    import("./newDataset/makeDescriptor.ts"),
    import("./terminal/pictureBlocks.ts"),
  ]);
  const columnsMax = Math.min(pictureSize.columnsMax, (process.stderr.columns || 80) - 2);
  const canvas = { size: { ...pictureSize, columnsMax }, depth: depthOf(process.stderr) };
  return makeDescriptor(probed, taken, respondent, canvas);
}

/** By option; those on fields by option and field. Throws a `UsageError` with all that are of another form. */
function givenAnswers(typed: Typed): Map<string, string> {
  const keyOf = (option: string) => option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const given = new Map<string, string>();
  const faults: string[] = [];
  for (const [option] of answers) {
    const value = typed[keyOf(option)];
    if (typeof value === "string") given.set(option, value);
  }
  for (const [option] of fieldAnswers) {
    for (const text of (typed[keyOf(option)] ?? []) as readonly string[]) {
      const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (field === undefined || value === undefined) faults.push(`--${option} "${text}" is not NAME=VALUE`);
      else given.set(`${option}=${field}`, value);
    }
  }
  if (faults.length > 0) throw new UsageError(faults);
  return given;
}

/** The file as it was written, loaded as every command loads it, against the granule that was probed. Throws what it fails with. */
async function tryWritten(id: string, directory: string, { file, facts }: Probed): Promise<void> {
  const { attemptsOn } = await import("../../shared/authoring/inspect/attempts.ts");
  const [attempt] = await attemptsOn(file, facts, [await openDataset(id, directory)]);
  if (attempt && "error" in attempt.result) throw attempt.result.error;
}

function writtenLines(id: string, file: string, { file: { place } }: Probed): string[] {
  return [
    `wrote ${shownPath(file)}: it is sound, and decodes ${place}`,
    "next:",
    `  accrete plan ${id}`,
    "    says what the provider has, and which of it is pending; --source takes a URL with user and password",
    `  accrete check ${id} --update`,
    "    keeps the metadata that it yields beside it, so that a later change says what it would mean for what is stored",
    `  accrete extend ${id}`,
    "    begins the dataset",
  ];
}
