import { bytesOf } from "../dataset/chunkGrid.ts";
import { coordinateTolerance, coordinateValues } from "../dataset/coordinates.ts";
import { asDescribed, type Descriptor, startingAt } from "../dataset/dataset.ts";
import type { FixedDimension } from "../dataset/descriptor.ts";
import { parseInstant } from "../dataset/timeAxis.ts";
import { driftBetween } from "../zarr/drift.ts";
import { documentBytes, type Fields, groupModel } from "../zarr/metadata.ts";
import type { GroupDocuments } from "../zarr/zarrFormat.ts";
import { compareCoordinate } from "./coordinates.ts";
import { readConsolidated, readDocument } from "./documents.ts";
import { formatOf, groupDocuments } from "./formatOf.ts";
import { nothingYet } from "./state.ts";

/**
 * What a change of a descriptor means for a dataset that is stored as it was before.
 * - `harmless`: the dataset goes on as it is, and readers are told by the next commit.
 * - `repair`: the dataset is refused until the doctor has added what is new.
 * - `newDataset`: the dataset is refused, for stored bytes would mean something else.
 */
export type Meaning = "harmless" | "repair" | "newDataset";

/** A field that a descriptor yields otherwise than its golden metadata have it. */
export interface GoldenDifference {
  /** The document that states it, below the group, or the coordinate whose values are meant. */
  readonly key: string;
  /** `undefined` where all of an array is meant. */
  readonly field?: string;
  /** As JSON has them; `undefined` where there is nothing. */
  readonly golden: unknown;
  readonly now: unknown;
  readonly meaning: Meaning;
}

/** A descriptor's golden metadata: documents of the group without a timestep, and the values of fixed coordinates, in brief. */
export interface Golden {
  readonly documents: GroupDocuments;
  readonly coordinates: Fields;
}

/** The golden metadata that a descriptor yields, for git: the same bytes each time. */
export function goldenBytes(descriptor: Descriptor): Uint8Array {
  const { documents, coordinates } = goldenOf(descriptor);
  return documentBytes({ group: formatOf(descriptor).consolidated(documents), coordinates });
}

/** Golden metadata as they were kept. Throws a `TypeError` that says what is wrong with the bytes. */
export function readGolden(descriptor: Descriptor, bytes: Uint8Array): Golden {
  const read = readDocument(bytes);
  if ("fault" in read) throw new TypeError(read.fault);
  const { group = {}, coordinates } = read.found as { group?: object; coordinates?: Fields };
  const documents = readConsolidated(formatOf(descriptor), documentBytes(group));
  if ("fault" in documents) throw new TypeError(`of its group, ${documents.fault}`);
  if (typeof coordinates !== "object") throw new TypeError("it has no coordinates");
  return { documents: documents.found, coordinates };
}

/** All in which a descriptor differs from golden metadata, and what each would mean for a dataset that is stored as these say. */
export function compareGolden(descriptor: Descriptor, golden: Golden): GoldenDifference[] {
  const now = goldenOf(descriptor);
  const meaningOf = meanings(descriptor, golden.documents);
  return [
    ...[...new Set([...golden.documents.keys(), ...now.documents.keys()])].flatMap((key) =>
      documentDifferences(key, golden.documents.get(key), now.documents.get(key), meaningOf),
    ),
    ...coordinateDifferences(descriptor, golden, now),
  ];
}

/** `undefined` where another key tells of the same. */
type MeaningOf = (key: string, field?: string) => Meaning | undefined;

/** By what a run would say of a dataset that is stored as these documents say. */
function meanings(descriptor: Descriptor, documents: GroupDocuments): MeaningOf {
  const format = formatOf(descriptor);
  const stored = format.read(documents);
  const start = parseInstant(String(stored.attributes.append_start));
  const isOnAxis = start !== undefined && descriptor.time.indexOf(start) !== undefined;
  // A stored dataset goes on from where it begins.
  const dataset = isOnAxis ? startingAt(descriptor, start) : asDescribed(descriptor);
  const model = groupModel(dataset, nothingYet);
  const drift = driftBetween(format, model, stored);
  return (key, field) => {
    const isDrift = drift.some((one) => one.key === key && one.field === field);
    if (field !== undefined) return isDrift ? "newDataset" : "harmless";
    // An array that is missing the doctor makes; one that the descriptor no longer has it does not take away.
    return isDrift ? (documents.has(key) ? "newDataset" : "repair") : undefined;
  };
}

function documentDifferences(
  key: string,
  golden: object | undefined,
  now: object | undefined,
  meaningOf: MeaningOf,
): GoldenDifference[] {
  if (!golden || !now) {
    const meaning = meaningOf(key);
    return meaning ? [{ key, golden, now, meaning }] : [];
  }
  const [before, after] = [golden, now] as [Fields, Fields];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => isUnlike(before[field], after[field]))
    .map((field) => ({
      ...{ key, field, golden: before[field], now: after[field] },
      meaning: meaningOf(key, field) ?? "harmless",
    }));
}

/** Of coordinates that are on both sides: of others their arrays tell. */
function coordinateDifferences({ dimensions }: Descriptor, golden: Golden, now: Golden): GoldenDifference[] {
  return Object.entries(now.coordinates).flatMap(([key, after]) => {
    const before = golden.coordinates[key];
    if (before === undefined || !isUnlike(before, after)) return [];
    const dimension = dimensions.find(({ name }) => name === key);
    const meaning = dimension ? rounding(dimension, before as FixedDimension) : "newDataset";
    return [{ key, field: "values", golden: before, now: after, meaning }];
  });
}

/** What was made by adding doubles, or of other decimals, may still be the same coordinate. */
function rounding(dimension: FixedDimension, golden: FixedDimension): Meaning {
  if (golden.count !== dimension.count) return "newDataset";
  const chunk = {
    key: "",
    raw: bytesOf(coordinateValues(dimension)),
    tolerance: coordinateTolerance(dimension),
  };
  return compareCoordinate(chunk, bytesOf(coordinateValues(golden))) === "unlike" ? "newDataset" : "harmless";
}

function goldenOf(descriptor: Descriptor): Golden {
  const { dimensions, auxiliaries = [] } = descriptor;
  return {
    documents: groupDocuments(asDescribed(descriptor), nothingYet),
    coordinates: Object.fromEntries<unknown>([
      ...dimensions.map(({ name, first, step, count }) => [name, { first, step, count }] as const),
      ...auxiliaries.map(({ name, values }) => [name, runsOf(values)] as const),
    ]),
  };
}

/** Values as people read them in a diff: `1 x40, 0 x400`. */
function runsOf(values: readonly number[]): string {
  const starts = [...values.keys()].filter((i) => i === 0 || values[i] !== values[i - 1]);
  return starts.map((i, run) => `${values[i]} x${(starts[run + 1] ?? values.length) - i}`).join(", ");
}

const isUnlike = (before: unknown, after: unknown) => JSON.stringify(before) !== JSON.stringify(after);
