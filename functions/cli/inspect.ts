import type { Command } from "commander";
import type { Inspection } from "../../shared/authoring/inspect/inspect.ts";
import { datasetsDirectory, openDataset, openDatasets } from "../runtime/datasets/datasets.ts";
import { readSettings, type TypedSettings } from "../runtime/settings.ts";
import { withExamples, withOutputOptions, withSettings } from "./options.ts";
import { exitCodes, stopSignal } from "./terminal/exit.ts";

const afterHelp = `
The dataset is the one whose decoding takes the file, those first whose path pattern it has. If there is none, it
says why for each, and what the file's length and values speak for. With --json the object's verdict is decoded,
corrupt or unknown.
Exit codes: 0 decoded, 1 no dataset decodes it, or it cannot be read, 2 bad usage, 3 corrupt: what should be a granule
by its path, its compression or --dataset is none.`;

const pictureRowsMax = 48;
const pictureColumnsMax = 100;
const columnsWithoutTerminal = 80;
const indentColumns = 2;

interface TypedInspect extends TypedSettings {
  readonly dataset?: string;
  readonly field?: string;
  readonly json?: true;
}

/** `accrete inspect`: decodes one file, and shows what is in it. */
export function defineInspect(command: Command): void {
  command
    .argument("<granule>", "a file of this machine, or the URL of one at a provider")
    .option("--dataset <id>", "take it for a granule of that dataset, whatever its path")
    .option("--field <name>", "show that field only")
    .addHelpText("after", afterHelp);
  withExamples(
    withOutputOptions(withSettings(command, "datasets")),
    ["accrete inspect 3B42RT.2014040103.7.bin.gz", "what is in it, by which dataset"],
    ["accrete inspect 3B42RT.2014040103.7.bin.gz --field precipitation --json", "one field's statistics"],
    [
      "accrete inspect ftp://user:password@host/path/test8_2013010100.dat --dataset air-temperature",
      "one there",
    ],
  ).action(async (given: string, { dataset: id, ...typed }: TypedInspect) => {
    const directory = datasetsDirectory(readSettings(typed, process.env).datasets);
    const datasets =
      id === undefined ? (await openDatasets(directory)).datasets : [await openDataset(id, directory)];
    // What draws the pictures is loaded here, where it is wanted: other commands need not wait for it.
    const [{ inspect }, { inspectionDocument }, { inspectionLines }, { depthOf }, { openSourceAt }] =
      await Promise.all([
        import("../../shared/authoring/inspect/inspect.ts"),
        import("../../shared/authoring/inspect/document.ts"),
        import("./terminal/inspectionLines.ts"),
        import("./terminal/pictureBlocks.ts"),
        import("../runtime/wiring.ts"),
      ]);
    const columns = process.stdout.columns || columnsWithoutTerminal;
    const columnsMax = Math.max(1, Math.min(pictureColumnsMax, columns - indentColumns));
    const inspection = await inspect(
      given,
      {
        field: typed.field,
        datasets,
        isNamed: id !== undefined,
        size: { columnsMax, rowsMax: pictureRowsMax },
        openSource: openSourceAt,
      },
      stopSignal(),
    );
    const text = typed.json
      ? JSON.stringify(inspectionDocument(inspection), null, 2)
      : inspectionLines(inspection, depthOf(process.stdout)).join("\n");
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCodeOf(inspection, typed.json ?? false);
  });
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
