import type { Command } from "commander";
import { StorageError, UsageError } from "../../shared/errors.ts";
import { type Holdings, readHoldings } from "../../shared/removal/holdings.ts";
import { remove } from "../../shared/removal/remove.ts";
import { counted } from "../runtime/log/humanText.ts";
import { headings } from "../runtime/settings/table.ts";
import type { Settings, TypedSettings } from "../runtime/settings.ts";
import { disposal, localWiring, readOnlyWiring } from "../runtime/wiring.ts";
import { createLineReader } from "./newDataset/lineReader.ts";
import { readChosen, withExamples, withOutputOptions, withSettings } from "./options.ts";
import { exitCodes, Interrupted, stopSignal } from "./terminal/exit.ts";
import { printJson } from "./terminal/json.ts";

const aboutRemove = `
Removes the dataset's group, what is beside it and its records in the ledger, for good, also where it is damaged or not
what its descriptor says. It shows what there is, and has its id typed. While somebody works on it, it removes nothing
and says who, until when: end that first, also a schedule and \`extend --watch\`, or the next plan creates it anew.
Once it has begun nobody works on what is left; where it was stopped, the same command finishes it.
The descriptor must load, so keep it until the dataset is removed: it stays, and so does what a bucket keeps of
deleted objects.`;

type TypedRemove = TypedSettings & { readonly yes?: true; readonly json?: true };

/** `accrete remove`: store, sidecars and ledger of a dataset, after asking. */
export function defineRemove(command: Command): void {
  command
    .argument("<dataset>", "its id, as `accrete datasets` lists it")
    .optionsGroup(headings.task)
    .option("--yes", "ask nothing");
  withExamples(
    withOutputOptions(withSettings(command, "store", "ledger", "datasets")).addHelpText("after", aboutRemove),
    ["accrete remove trmm-3b42rt", "show what there is of it, ask, and remove it"],
    ["accrete remove trmm-3b42rt --yes --json", "the same for a script"],
  ).action(run);
}

async function run(id: string, typed: TypedRemove): Promise<void> {
  const { descriptor, settings } = await readChosen(id, typed);
  const places = placesOf(id, settings);
  const asking = stopSignal(new Interrupted("stopped; nothing was removed"));
  const held = await disposal(readOnlyWiring(descriptor, settings), (wiring) => readHoldings(wiring, asking));
  if (!held)
    throw new StorageError(
      "remove",
      places.store,
      `there is no such dataset, and nothing of it in ${places.ledger}; check --store and --ledger`,
    );
  if (!typed.yes) await confirm(id, held, places, asking);
  asking.throwIfAborted();
  const { removed, left } = await disposal(
    localWiring(descriptor, settings, () => undefined),
    async (wiring) => {
      const signal = stopSignal();
      return { removed: await remove(wiring, signal), left: await readHoldings(wiring, signal) };
    },
  );
  if (left) process.exitCode = exitCodes.incomplete;
  if (typed.json) return printJson({ dataset: id, ...places, ...removed });
  const after = left
    ? `${countsOf(left)} are there again: somebody goes on with it; end that, and run the same command again`
    : "nothing is left of it";
  process.stdout.write(
    `${id}: removed ${countsOf(removed)}, from ${places.store} and ${places.ledger}; ${after}
`,
  );
}

interface Places {
  readonly store: string;
  readonly ledger: string;
}

function placesOf(id: string, { store, ledger }: Settings): Places {
  return {
    store: `${store.text}/${id}.zarr`,
    ledger: ledger.kind === "sqlite" ? ledger.file : `firestore://${ledger.project}/${ledger.database}`,
  };
}

const countsOf = ({ objects, records }: Pick<Holdings, "objects" | "records">) =>
  `${counted(objects, "object")} and ${counted(records, "record")} of the ledger`;

/** Throws `Interrupted` where anything but the id is typed, a `UsageError` where nobody is there to type. */
async function confirm(id: string, held: Holdings, places: Places, signal: AbortSignal): Promise<void> {
  const { length, removedSince } = held;
  const told = [
    `${id}: ${length === undefined ? "" : `${counted(length, "timestep")}, `}${countsOf(held)}`,
    `  in ${places.store} (and beside it) and ${places.ledger}`,
    ...(removedSince === undefined
      ? []
      : [`  its removal began at ${new Date(removedSince).toISOString()}: this finishes it`]),
  ];
  process.stderr.write(`${told.join("\n")}\n`);
  if (!process.stdin.isTTY)
    throw new UsageError([
      "it is removed where its id is typed at a terminal, or with --yes; nothing was removed",
    ]);
  const reader = createLineReader(process.stdin, process.stderr, signal);
  try {
    process.stderr.write(
      "A schedule or `extend --watch` that still runs may create it anew: end those first.\n",
    );
    const typed = await reader.ask(`It will be gone for good. Type its id to remove it: `, "--yes");
    if (typed.trim() !== id) throw new Interrupted("that is not its id; nothing was removed");
  } finally {
    reader.close();
  }
}
