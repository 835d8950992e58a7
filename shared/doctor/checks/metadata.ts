import { attributesIn, growingKeys, type StoredDocuments } from "../../archive/documents.ts";
import { formatOf, groupDocuments } from "../../archive/formatOf.ts";
import { hasSameContent } from "../../archive/groupObjects.ts";
import { stateIn } from "../../archive/state.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { formatInstant, parseInstant } from "../../dataset/timeAxis.ts";
import type { DatasetRecord } from "../../ledger/records.ts";
import { type Drift, driftBetween } from "../../zarr/drift.ts";
import { type GroupState, groupModel } from "../../zarr/metadata.ts";
import type { GroupDocuments, ZarrFormat } from "../../zarr/zarrFormat.ts";
import type { Findings } from "../evidence/differences.ts";
import type { Evidence } from "../evidence/evidence.ts";

const unread: Omit<GroupState, "length"> = { commitSeq: 0, gapCounts: [], modifiedAt: null };

/**
 * In what the descriptor differs from the dataset as it is stored. An array's own document and the consolidated copy have to
 * agree on it, as far as both can be read: what only one of them says is damage.
 */
export function driftOf(
  { dataset, length }: Evidence,
  { own, consolidated = new Map() }: StoredDocuments,
): string[] {
  const format = formatOf(dataset);
  const model = groupModel(dataset, { ...unread, length });
  const expected = format.documents(model);
  const begin = format.keys.attributes;
  const driftIn = (side: GroupDocuments) =>
    driftBetween(
      format,
      model,
      format.read(withLength(dataset, new Map([...expected, ...side]), length)),
    ).filter(({ key, field }) => key !== begin || field !== "append_start");
  const [inOwn, inConsolidated] = [driftIn(own), driftIn(consolidated)];
  const isIn = (side: readonly Drift[], { text }: Drift) => side.some((one) => one.text === text);
  return [
    ...inOwn.filter((one) => isIn(inConsolidated, one) || !consolidated.has(one.key)),
    ...inConsolidated.filter((one) => !isIn(inOwn, one) && !own.has(one.key)),
  ].map(({ text }) => text);
}

/** The same documents, those of the arrays along time with that length; others as they are. */
function withLength(dataset: Dataset, documents: GroupDocuments, length: number): GroupDocuments {
  const changed = new Map(documents);
  const format = formatOf(dataset);
  for (const key of growingKeys(dataset)) {
    const document = documents.get(key);
    if (document) changed.set(key, format.withLength(document, length));
  }
  return changed;
}

/** Compares each document with what the descriptor yields at the believed length. */
export function checkDocuments(evidence: Evidence, documents: StoredDocuments, findings: Findings): void {
  checkConsolidated(evidence, documents, findings);
  const { dataset, length } = evidence;
  const { own, objects, consolidated } = documents;
  const sides = [consolidated, own].map((side) => stateIn(attributesIn(dataset, side), length));
  const state = sides[0] ?? sides[1];
  const attributesKey = formatOf(dataset).keys.attributes;
  const growing = new Set(growingKeys(dataset));
  for (const [key, expected] of groupDocuments(dataset, state ?? { ...unread, length })) {
    const found = own.get(key);
    if (!objects.has(key)) findings.add("documentGone", key);
    else if (!found) findings.add("documentDamaged", key, "it is no document of its kind");
    else if (growing.has(key)) checkArray(evidence, key, expected, found, findings);
    // What both sides say alike was told of with the consolidated metadata.
    else if (hasSameContent(found, expected) || hasSameContent(found, consolidated?.get(key))) continue;
    else if (key === attributesKey && isLaterState(evidence, state, found))
      findings.add("commitBrokenOff", key, "a later commit's than readers see");
    else findings.add("documentUnlike", key, wording(expected, found));
  }
}

function checkConsolidated(
  evidence: Evidence,
  { objects, own, consolidated }: StoredDocuments,
  findings: Findings,
): void {
  const { dataset, length } = evidence;
  const { keys } = formatOf(dataset);
  const state = stateIn(attributesIn(dataset, consolidated), length);
  if (!consolidated || !state) {
    const detail = consolidated ? "commit_seq or granule_gap_counts cannot be read" : "it holds no metadata";
    if (objects.has(keys.consolidated)) findings.add("documentDamaged", keys.consolidated, detail);
    else findings.add("documentGone", keys.consolidated);
    return;
  }
  const same = withLength(dataset, own, length);
  for (const [key, expected] of groupDocuments(dataset, state)) {
    const found = consolidated.get(key);
    if (hasSameContent(found, expected)) continue;
    // The attributes of a commit that was interrupted are worded alike, and are of another state.
    const other = key === keys.attributes ? inState(same.get(key), found) : same.get(key);
    if (found && hasSameContent(found, other) && hasSameLength(formatOf(dataset), found, expected))
      findings.add("documentReworded", key, wording(expected, found));
    else findings.add("documentUnlike", keys.consolidated, `${key} ${wording(expected, found)}`);
  }
}

const ofState = [
  "store_identity",
  "time_coverage_start",
  "time_coverage_end",
  "valid_through",
  "granule_gap_count",
  "granule_gap_counts",
  "commit_seq",
  "date_modified",
];

/** A group's attributes with what tells of the state taken from another's. */
function inState(attributes: object | undefined, other: object | undefined): object | undefined {
  const state = Object.entries(other ?? {}).filter(([name]) => ofState.includes(name));
  return attributes && { ...attributes, ...Object.fromEntries(state) };
}

/** Whether what tells of the state, if it is there, is as it should be. */
function hasSameLength(format: ZarrFormat, found: object, expected: object): boolean {
  const told = (document: object) => Object.entries(document).filter(([name]) => ofState.includes(name));
  return hasSameContent(told(found), told(expected)) && format.lengthIn(found) === format.lengthIn(expected);
}

/**
 * An array that is longer than readers are told has been left so by a commit; a shorter one, or one past all that is known,
 * has not.
 */
function checkArray(
  { length, lengthMax, dataset }: Evidence,
  key: string,
  expected: object,
  found: object,
  findings: Findings,
): void {
  const own = formatOf(dataset).lengthIn(found);
  const isElseSame = hasSameContent(formatOf(dataset).withLength(found, length), expected);
  if (hasSameContent(found, expected)) return;
  if (isElseSame && own !== undefined && own > length && own <= lengthMax)
    findings.add("commitBrokenOff", key, `${own} timesteps, readers see ${length}`);
  else findings.add("documentUnlike", key, wording(expected, found));
}

/** Whether the group's attributes are those of a commit after the one that readers see. */
function isLaterState(
  { dataset, length, lengthMax }: Evidence,
  state: GroupState | undefined,
  found: object,
): boolean {
  const { valid_through: through } = found as { valid_through?: unknown };
  const last = typeof through === "string" ? parseInstant(through) : undefined;
  const later = last === undefined ? 0 : (dataset.time.indexOf(last) ?? -1) + 1;
  const own = stateIn(found, later);
  if (!own || !state || own.commitSeq <= state.commitSeq || later < length || later > lengthMax) return false;
  return hasSameContent(found, groupModel(dataset, own).attributes);
}

/** The first field in which a document differs, with both sides. */
function wording(expected: object, found: object | undefined): string {
  if (!found) return "is not there";
  const [is, was] = [expected, found] as Record<string, unknown>[];
  const field = [...Object.keys(expected), ...Object.keys(found)].find(
    (name) => JSON.stringify(is?.[name]) !== JSON.stringify(was?.[name]),
  );
  if (field === undefined) return "is in another order";
  const text = (value: unknown) => (JSON.stringify(value) ?? "nothing").slice(0, 80);
  return `${field}: ${text(was?.[field])} instead of ${text(is?.[field])}`;
}

/** Compares the ledger's own copy of the length with what readers see. */
export function checkLedger(
  { dataset, ledger, ledgerFaults, length }: Evidence,
  state: GroupState | undefined,
  findings: Findings,
): void {
  if (ledger.state === "there")
    checkRecord(dataset, ledger.found.record, ledgerFaults, length, state, findings);
  else if (ledger.state === "unreadable") findings.add("ledgerUnreadable", "ledger", ledger.reason);
  else if (length > 0 || (state?.commitSeq ?? 0) > 0)
    findings.add("ledgerUnlike", "ledger", "the dataset's record is gone");
}

function checkRecord(
  dataset: Dataset,
  record: DatasetRecord,
  faults: readonly string[],
  length: number,
  state: GroupState | undefined,
  findings: Findings,
): void {
  const { commitSeq } = record;
  if (faults.length > 0) {
    findings.add("ledgerUnlike", "ledger", `the dataset's record is malformed: ${faults.join(", ")}`);
  } else if (record.length > length) {
    findings.add("ledgerUnlike", "ledger", `it says ${record.length} timesteps, readers see ${length}`);
  } else if (state && commitSeq > state.commitSeq) {
    const detail = `commit ${state.commitSeq}, the ledger knows ${commitSeq}`;
    findings.add("documentUnlike", formatOf(dataset).keys.consolidated, detail);
  } else if (state && (record.length < length || commitSeq < state.commitSeq)) {
    const at = state.modifiedAt === null ? "" : ` of ${formatInstant(state.modifiedAt)}`;
    const detail = `it knows commit ${commitSeq}, readers see ${state.commitSeq}${at}`;
    findings.add("commitBrokenOff", "ledger", detail);
  }
}
