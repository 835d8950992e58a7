import type { Command } from "commander";
import { StorageError } from "../../shared/errors.ts";
import { readDatasetStatus } from "../runtime/datasetStatus.ts";
import type { TypedSettings } from "../runtime/settings.ts";
import { disposal, processRuntime, readOnlyWiring } from "../runtime/wiring.ts";
import { readChosen, withCommonOptions, withExamples, withOutputOptions } from "./options.ts";
import { ansiOn } from "./terminal/ansi.ts";
import { coverageRuns } from "./terminal/coverageStrip.ts";
import { stopSignal } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";
import { statusLines } from "./terminal/statusLines.ts";

const columnsUsual = 80;

/** `accrete status`: what readers see, how late it is, and what is wrong. */
export function defineStatus(command: Command): void {
  withExamples(
    withOutputOptions(withCommonOptions(command)),
    ["accrete status trmm-3b42rt", "is it current, and what is missing"],
    ["accrete status trmm-3b42rt --json", "the same for a script"],
    [
      "accrete status trmm-3b42rt --store gs://acme-feeds-accrete --ledger firestore://acme-feeds/accrete",
      "how the cloud's dataset is",
    ],
  ).action(run);
}

async function run(id: string, typed: TypedSettings & { json?: true }): Promise<void> {
  const { descriptor, settings } = await readChosen(id, typed);
  const status = await disposal(readOnlyWiring(descriptor, settings), (wiring) =>
    readDatasetStatus(wiring, stopSignal()),
  );
  if (!status) {
    const place = `${settings.store.text}/${id}.zarr`;
    throw new StorageError(
      "status",
      place,
      `there is no such dataset; check --store, or \`accrete extend ${id}\` creates it`,
    );
  }
  if (typed.json) return printJson({ ...status, coverage: coverageRuns(status) });
  const columns = process.stdout.columns || columnsUsual;
  const lines = statusLines(status, processRuntime(settings).asOf(), columns, ansiOn(process.stdout));
  process.stdout.write(`${lines.join("\n")}\n`);
}
