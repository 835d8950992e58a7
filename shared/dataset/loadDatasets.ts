import { DescriptorError, reasonOf, UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { unlessAborted } from "../waiting.ts";
import type { Descriptor } from "./dataset.ts";
import { isDefined, noId } from "./defineDataset.ts";

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
      faulty.set(id, faultOf(id, error));
    }
  }
  return { datasets, faulty };
}

/**
 * The dataset of that id. Throws a `DescriptorError` if its descriptor is faulty, a `UsageError` that lists those there are,
 * and says which may have been meant, if there is none.
 */
export function datasetById(id: string, { datasets, faulty }: LoadedDatasets): Descriptor {
  const dataset = datasets.find((candidate) => candidate.id === id);
  if (dataset) return dataset;
  throw faulty.get(id) ?? noDataset(id, [...datasets.map((one) => one.id), ...faulty.keys()].sort());
}

/** For who has no descriptor yet. */
export const howToMakeOne = "`accrete new-dataset` makes one of a granule";

/** What to throw where there is no dataset of that id; `ids` are those of the datasets that there are. */
export function noDataset(id: string, ids: readonly string[], place = ""): UsageError {
  const there = ids.length > 0 ? `there are: ${ids.join(", ")}` : `there is none at all: ${howToMakeOne}`;
  const meant = nearest(id, ids);
  return new UsageError([
    `there is no dataset "${id}"${place}; ${there}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
  ]);
}

/** What is wrong with the file of that id, whatever it throws: it may call its dataset otherwise. */
function faultOf(id: string, error: unknown): DescriptorError {
  if (!(error instanceof DescriptorError)) return new DescriptorError(id, [placedReason(error)], error);
  if (error.id === id) return error;
  if (error.id === noId) return new DescriptorError(id, error.faults, error);
  return new DescriptorError(id, [`its file calls the dataset "${error.id}"`, ...error.faults], error);
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
  if (named.length === 0) throw new DescriptorError(id, [noneExported(id, Object.values(exported))]);
  const found = named.find(isDefined);
  if (!found)
    throw new DescriptorError(id, [
      "its file exports a descriptor that nobody has checked: export what defineDataset returns, and no copy of that",
    ]);
  return found;
}

function noneExported(id: string, exported: readonly unknown[]): string {
  const others = exported.filter((one) => typeof one === "object" && one !== null && isDefined(one));
  const [other] = others.map((one) => (one as Descriptor).id);
  if (other === undefined)
    return "its file exports no dataset of that id; if it is no descriptor, let its name begin with _";
  return `its file exports the dataset "${other}": name the file after it, or give the dataset the id "${id}"`;
}

/** With the file and the line that the trace begins with, where it names no file itself: the message of a syntax error names neither. */
function placedReason(error: unknown): string {
  const place = error instanceof Error ? /([^\s/()]+\.[jt]s):(\d+)/.exec(error.stack ?? "") : null;
  const reason = reasonOf(error);
  return place && !/\.[jt]s\b/.test(reason) ? `${place[1]}, line ${place[2]}: ${reason}` : reason;
}
