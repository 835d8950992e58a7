import { DescriptorError, reasonOf } from "../errors.ts";
import { unlessAborted } from "../waiting.ts";
import type { Descriptor } from "./dataset.ts";
import { isDefined } from "./defineDataset.ts";

/** Far longer than any file takes that will still be loaded. */
const loadMsUsual = 30_000;

/** A dataset's id, and how the file is loaded that exports it. */
export type DescriptorFile = readonly [id: string, load: () => Promise<object>];

export interface LoadedDatasets {
  readonly datasets: readonly Descriptor[];
  /** What is wrong with the files that could not be loaded, by the ids of their datasets. */
  readonly faulty: ReadonlyMap<string, DescriptorError>;
}

/** Loads each file by itself: one that is wrong, be it in its syntax, is told of and keeps none of the others away. */
export async function loadDatasets(
  files: readonly DescriptorFile[],
  loadMs = loadMsUsual,
): Promise<LoadedDatasets> {
  const datasets: Descriptor[] = [];
  const faulty = new Map<string, DescriptorError>();
  for (const [id, load] of files) {
    try {
      datasets.push(exportedDataset(id, await loadedWithin(loadMs, id, load)));
    } catch (error) {
      faulty.set(
        id,
        error instanceof DescriptorError ? error : new DescriptorError(id, [placedReason(error)], error),
      );
    }
  }
  return { datasets, faulty };
}

/** One that waits for what never comes would end the process without a word. */
async function loadedWithin(ms: number, id: string, load: () => Promise<object>): Promise<object> {
  const over = new AbortController();
  const fault = new DescriptorError(id, [`its file is still not loaded after ${ms / 1000} s`]);
  const timer = setTimeout(() => over.abort(fault), ms);
  return unlessAborted(over.signal, load).finally(() => clearTimeout(timer));
}

function exportedDataset(id: string, exported: object): Descriptor {
  const named = Object.values(exported).filter(
    (one: Partial<Descriptor> | null | undefined) => one?.id === id,
  );
  if (named.length === 0) throw new DescriptorError(id, [`its file exports no dataset of that id`]);
  const found = named.find(isDefined);
  if (!found)
    throw new DescriptorError(id, [
      "its file exports a descriptor that nobody has checked: export what defineDataset returns, and no copy of that",
    ]);
  return found;
}

/** With the file and the line that the trace begins with: the message of a syntax error names neither. */
function placedReason(error: unknown): string {
  const place = error instanceof Error ? /([^\s/()]+\.[jt]s):(\d+)/.exec(error.stack ?? "") : null;
  const reason = reasonOf(error);
  return place ? `${place[1]}, line ${place[2]}: ${reason}` : reason;
}
