import type { Command } from "commander";
import { type Difference, isFault } from "../../shared/doctor/evidence/differences.ts";
import { type Examination, examine } from "../../shared/doctor/examine.ts";
import { type Repaired, repair } from "../../shared/doctor/repair.ts";
import { UsageError } from "../../shared/errors.ts";
import { counted } from "../runtime/log/humanText.ts";
import { headings } from "../runtime/settings/table.ts";
import { rangeOf, type TypedSettings } from "../runtime/settings.ts";
import {
  disposal,
  type LocalWiring,
  localWiring,
  processRuntime,
  readOnlyWiring,
} from "../runtime/wiring.ts";
import { readChosen, withExamples, withOutputOptions, withRangeOptions } from "./options.ts";
import { ansiOn } from "./terminal/ansi.ts";
import { examinationLines, examinationSummary, repairLines } from "./terminal/doctorLines.ts";
import { exitCodes, stopSignal } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";
import { createProgress, type Progress } from "./terminal/progress.ts";

const aboutDoctor = `
Compares what the provider has, what the ledger knows, what the chunks hold and what the metadata say, and lists
each difference with what it means. A fault is wrong; a note goes away by itself with the next run, or may stay.
Without --repair nothing is written. With it, as far as it can be repaired:
  the ledger is rebuilt from the provenance records, metadata are written anew from the ledger,
  granules are ingested again where chunks are lost, damaged or not the ones that were recorded,
  and fill is written where no granule's values belong. It may run beside others, be killed and run again.
Where the provider lost granules of a chunk that is not the one that was recorded, the chunk is left as it is, and
stays a fault: nothing proves its values. --adopt believes them, and ingests again what can still be fetched.
Exit codes: 0 no fault, or all repaired, 3 faults are left, or somebody worked on it so that not all could be judged;
others as for all commands.`;

type TypedDoctor = TypedSettings & { readonly repair?: true; readonly adopt?: true; readonly json?: true };

/** `accrete doctor`: looks for damage, and repairs it if asked to. */
export function defineDoctor(command: Command): void {
  command
    .optionsGroup(headings.task)
    .option("--repair", "repair what can be repaired")
    .option(
      "--adopt",
      "with --repair: believe chunks that decode, instead of ingesting their granules again",
    );
  withExamples(
    withOutputOptions(withRangeOptions(command)).addHelpText("after", aboutDoctor),
    ["accrete doctor trmm-3b42rt", "what is wrong; nothing is written"],
    ["accrete doctor trmm-3b42rt --repair", "repair it"],
    ["accrete doctor trmm-3b42rt --from 2014-04-01 --to 2014-04-30 --json", "one month, for a script"],
  ).action(run);
}

async function run(id: string, typed: TypedDoctor): Promise<void> {
  const { descriptor, settings } = await readChosen(id, typed);
  if (typed.adopt && !typed.repair) throw new UsageError(["--adopt goes with --repair"]);
  const { force: _, ...range } = rangeOf(settings);
  const progress = createProgress(process.stderr, processRuntime(settings));
  const wiring = typed.repair
    ? localWiring(descriptor, settings, progress.report)
    : readOnlyWiring(descriptor, settings);
  try {
    await disposal(wiring, (wired) => look(wired, range, typed, progress));
  } finally {
    progress.end();
  }
}

async function look(
  wiring: LocalWiring,
  range: { readonly from?: number; readonly to?: number },
  { repair: mend, adopt, json }: TypedDoctor,
  progress: Progress,
): Promise<void> {
  const signal = stopSignal();
  const found = await examine(wiring, range, signal);
  const print = (lines: readonly string[]) => {
    progress.end(); // both may be on one terminal
    if (!json) process.stdout.write(lines.map((line) => `${styledWeight(line)}\n`).join(""));
  };
  print(examinationLines(wiring.descriptor.id, found));
  let [last, repaired]: [Examination, Repaired | undefined] = [found, undefined];
  if (mend && found.differences.length > 0) {
    repaired = await repair(wiring, found, { adopt: adopt ?? false }, signal);
    print(repairLines(repaired));
    last = await examine(wiring, range, signal);
    print(["", "after the repair", ...examinationLines(wiring.descriptor.id, last)]);
  }
  print([sumUp(wiring.descriptor.id, last, repaired)]);
  if (json) {
    const told = { ...examinationSummary(wiring.descriptor.id, last), ...(repaired && { repair: repaired }) };
    printJson(told);
  }
  const isSettled = !last.differences.some((difference) => isFault(difference) || isUnjudged(difference));
  process.exitCode = isSettled ? exitCodes.settled : exitCodes.incomplete;
}

const ansi = ansiOn(process.stdout);

/** A row of the table begins with how grave it is. */
function styledWeight(line: string): string {
  return line
    .replace(/^fault(?= )/, (word) => ansi("red", word))
    .replace(/^note(?= )/, (word) => ansi("yellow", word));
}

/** Whether somebody was at it, so that nothing can be said of it. */
const isUnjudged = ({ kind }: Difference) => kind === "busy";

function sumUp(id: string, { differences, drift }: Examination, repaired: Repaired | undefined): string {
  const faults = differences.filter(isFault);
  const notes = differences.length - faults.length;
  const told = `${id}: ${counted(faults.length, "fault")}, ${counted(notes, "note")}`;
  if (differences.some(isUnjudged)) return `${told}; not all could be judged: look again`;
  if (faults.length === 0)
    return `${told}${repaired?.left.length === 0 ? "; all that was wrong is repaired" : ""}`;
  if (drift.length > 0) return `${told}; change the descriptor back, or choose another --store`;
  return `${told}${repaired ? " left; see above" : "; --repair repairs what can be repaired"}`;
}
