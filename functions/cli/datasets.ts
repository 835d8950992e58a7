import type { Command } from "commander";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { howToMakeOne } from "../../shared/dataset/loadDatasets.ts";
import { formatDuration, formatInstant } from "../../shared/dataset/timeAxis.ts";
import { datasetsDirectory, openDatasets } from "../runtime/datasets/datasets.ts";
import { readSettings, type TypedSettings } from "../runtime/settings.ts";
import { shownPath } from "../runtime/shownPath.ts";
import { withExamples, withOutputOptions, withSettings } from "./options.ts";
import { exitCodes, warnOfFaulty } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";

/** `accrete datasets`: what can be extended. */
export function defineDatasets(command: Command): void {
  withExamples(
    withOutputOptions(withSettings(command, "datasets")),
    ["accrete datasets", "id, title, time and fields of each"],
    ["accrete datasets --json", "the same for a script"],
  ).action(async ({ json, ...typed }: TypedSettings & { json?: true }) => {
    const directory = datasetsDirectory(readSettings(typed, process.env).datasets);
    const loaded = await openDatasets(directory);
    const datasets = loaded.datasets.map(documentOf);
    warnOfFaulty(loaded);
    if (loaded.faulty.size > 0) process.exitCode = exitCodes.incomplete;
    if (json) return printJson({ datasets });
    if (datasets.length + loaded.faulty.size === 0)
      process.stderr.write(`there is no descriptor in ${shownPath(directory)}; ${howToMakeOne}\n`);
    for (const { dataset, title, start, end, step, arrays } of datasets) {
      process.stdout.write(`${dataset}\n  ${title}\n`);
      process.stdout.write(`  ${start} to ${end ?? "now"}, every ${step}\n`);
      process.stdout.write(`  ${arrays.join(", ")}\n`);
    }
  });
}

function documentOf({ id, attributes, time, arrays, updates }: Descriptor) {
  return {
    dataset: id,
    title: String(attributes.title),
    start: formatInstant(time.start),
    end: time.end === undefined ? null : formatInstant(time.end),
    step: formatDuration(time.stepMs),
    arrays: arrays.map(({ name }) => name),
    expected_latency: formatDuration(updates.latencyMs),
    patience: formatDuration(updates.patienceMs),
  };
}
