import type { Command } from "commander";
import type { OpenSource } from "../../shared/authoring/inspect/granuleFile.ts";
import type { Inspection } from "../../shared/authoring/inspect/inspect.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { UsageError } from "../../shared/errors.ts";
import { datasetsDirectory, openDataset, openDatasets } from "../runtime/datasets/datasets.ts";
import { readSettings, type TypedSettings } from "../runtime/settings.ts";
import { withExamples, withOutputOptions, withSettings } from "./options.ts";
import { exitCodes, stopSignal } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";

const afterHelp = `
The dataset is the one whose decoding takes the file, those first whose path pattern it has. If there is none, it
says why for each, and what the file's length and values speak for. With --json the object's verdict is decoded,
corrupt or unknown.
Of a directory, or a prefix of a bucket, it shows what is listed there: what the names have in common, their timesteps,
what is missing between them, sizes and dates; with --pattern or --dataset which names fit, going into the last of the
directories that those paths lead to. With --json the verdict is directory. With --dataset a host of that dataset is
asked as whom and in the way that its descriptor says.
Exit codes: 0 decoded, or listed; 1 no dataset decodes it, or it cannot be read; 2 bad usage; 3 corrupt: what should be
a granule by its path, its compression or --dataset is none; or no name fits.`;

const pictureRowsMax = 48;
const pictureColumnsMax = 100;
const columnsWithoutTerminal = 80;
const indentColumns = 2;

interface TypedInspect extends TypedSettings {
  readonly dataset?: string;
  readonly field?: string;
  readonly pattern?: string;
  readonly json?: true;
}

/** `accrete inspect`: decodes one file, and shows what is in it; or shows what a directory lists. */
export function defineInspect(command: Command): void {
  command
    .argument("<granule>", "a file or directory of this machine, or the URL of one at a provider")
    .option(
      "--dataset <id>",
      "take it for a granule of that dataset, whatever its path; of a directory, hold names against its paths",
    )
    .option("--field <name>", "show that field only")
    .option("--pattern <path>", "of a directory: hold names against this path, as descriptors have it")
    .addHelpText("after", afterHelp);
  withExamples(
    withOutputOptions(withSettings(command, "datasets")),
    ["accrete inspect 3B42RT.2014040103.7.bin.gz", "what is in it, by which dataset"],
    ["accrete inspect 3B42RT.2014040103.7.bin.gz --field precipitation --json", "one field's statistics"],
    [
      "accrete inspect ftp://user:password@host/path/test8_2013010100.dat --dataset air-temperature",
      "one there",
    ],
    ["accrete inspect https://host/data/", "what a directory lists, and what its names have in common"],
  ).action(async (given: string, { dataset: id, ...typed }: TypedInspect) => {
    const signal = stopSignal();
    const settings = readSettings(typed, process.env);
    const directory = datasetsDirectory(settings.datasets);
    const datasets =
      id === undefined ? (await openDatasets(directory)).datasets : [await openDataset(id, directory)];
    const [{ assertDirectory, directoryUrlOf }, { openerFor, openSourceAt }] = await Promise.all([
      import("../../shared/authoring/inspect/directory.ts"),
      import("../runtime/wiring.ts"),
    ]);
    const dataset = datasetOf(id, datasets);
    const openSource = dataset ? openerFor(dataset, settings) : openSourceAt;
    const url = await directoryUrlOf(given);
    if (url !== undefined) return showDirectory(url, { dataset, openSource }, typed, signal);
    // What draws the pictures is loaded here, where it is wanted: other commands need not wait for it.
    const [{ inspect }, { inspectionDocument }, { inspectionLines }, { depthOf }] = await Promise.all([
      import("../../shared/authoring/inspect/inspect.ts"),
      import("../../shared/authoring/inspect/document.ts"),
      import("./terminal/inspectionLines.ts"),
      import("./terminal/pictureBlocks.ts"),
    ]);
    const columns = process.stdout.columns || columnsWithoutTerminal;
    const columnsMax = Math.max(1, Math.min(pictureColumnsMax, columns - indentColumns));
    const options = {
      field: typed.field,
      datasets,
      isNamed: id !== undefined,
      size: { columnsMax, rowsMax: pictureRowsMax },
      openSource,
    };
    let inspection: Inspection;
    try {
      inspection = await inspect(given, options, signal);
    } catch (error) {
      await assertDirectory(given, openSource, error, signal);
      return showDirectory(given, { dataset, openSource }, typed, signal);
    }
    if (typed.pattern !== undefined) throw new UsageError(["--pattern is for a directory: this is a file"]);
    const text = typed.json
      ? JSON.stringify(inspectionDocument(inspection), null, 2)
      : inspectionLines(inspection, depthOf(process.stdout)).join("\n");
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCodeOf(inspection, typed.json ?? false);
  });
}

function datasetOf(id: string | undefined, [named]: readonly Descriptor[]): Descriptor | undefined {
  return id === undefined ? undefined : named;
}

/** What the directory at a URL lists, held against the paths of a dataset or of a pattern where there are any. */
async function showDirectory(
  url: string,
  { dataset, openSource }: { readonly dataset: Descriptor | undefined; readonly openSource: OpenSource },
  { pattern, field, json }: TypedInspect,
  signal: AbortSignal,
): Promise<void> {
  const [{ inspectDirectory }, { directoryDocument }, { directoryLines }, { pathFaults }] = await Promise.all(
    [
      import("../../shared/authoring/inspect/directory.ts"),
      import("../../shared/authoring/inspect/directoryDocument.ts"),
      import("./terminal/directoryLines.ts"),
      import("../../shared/dataset/paths/pathFaults.ts"),
    ],
  );
  const faults = [
    ...(field === undefined ? [] : ["--field is for one file: this is a directory"]),
    ...(pattern !== undefined && dataset
      ? ["--pattern and --dataset both say which names fit: give one"]
      : []),
    ...(pattern === undefined ? [] : pathFaults(pattern).map((fault) => `--pattern "${pattern}" ${fault}`)),
  ];
  if (faults.length > 0) throw new UsageError(faults);
  const templates =
    pattern === undefined ? (dataset?.source.candidates.map(({ path }) => path) ?? []) : [pattern];
  const inspection = await inspectDirectory(url, [...new Set(templates)], openSource, signal);
  if (json) printJson(directoryDocument(inspection));
  else process.stdout.write(`${directoryLines(inspection, templates.length > 0).join("\n")}\n`);
  const isFitting = templates.length === 0 || inspection.groups.some(({ files }) => files.length > 0);
  if (!isFitting && !json) process.stderr.write(`accrete: no name in ${inspection.place} fits\n`);
  process.exitCode = isFitting ? exitCodes.settled : exitCodes.incomplete;
}

/** In text, what is not decoded is said once more where failures are looked for. */
function exitCodeOf(inspection: Inspection, asJson: boolean): number {
  if (inspection.verdict === "decoded") return exitCodes.settled;
  const { place } = inspection.file;
  const isCorrupt = inspection.verdict === "corrupt";
  const remedy = inspection.guesses.length > 0 ? "; `accrete new-dataset` makes one for it" : "";
  const why = isCorrupt
    ? `${place} is corrupt: ${inspection.error.message}`
    : `no dataset decodes ${place}${remedy}`;
  if (!asJson) process.stderr.write(`accrete: ${why}\n`);
  return isCorrupt ? exitCodes.incomplete : exitCodes.failed;
}
