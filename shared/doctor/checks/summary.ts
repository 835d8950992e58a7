import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { schemaKnown, schemaOf } from "../../schema.ts";
import { collectionOf, commitSeqMember, identityMember } from "../../status/collection.ts";
import { carriedOn, readSummary, type StatusSummary, statusSummary } from "../../status/summary.ts";
import type { StoredObject } from "../../store/store.ts";
import { collectionKey, statusKey } from "../../zarr/layout.ts";
import { type Fields, type GroupState, readFields } from "../../zarr/metadata.ts";
import type { Findings } from "../evidence/differences.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { unlessUnreadable } from "../evidence/ledgerRecords.ts";

/** Lists that are cut off at this length are not compared. */
const comparedMax = 60;

/**
 * Compares `status.json` with what would be written now. Later tries of what fails are not told in it, and the descriptor
 * may have been reworded. While something is unpublished, it may be a commit behind.
 */
export async function checkSummary(
  wiring: DatasetWiring,
  evidence: Evidence,
  state: GroupState,
  existingObject: StoredObject | undefined,
  hasUnpublished: boolean,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const place = statusKey(evidence.dataset.id);
  // It is written by the first commit.
  if (!existingObject && state.commitSeq === 0) return;
  if (!existingObject) return findings.add("summaryUnlike", place, "it is gone");
  const found = readFields(existingObject.bytes);
  if (!found) return findings.add("summaryUnlike", place, "it is not a JSON object");
  const summary = await summaryOf(wiring, evidence, state, existingObject, signal);
  if (!summary) return;
  const expected = comparable(summary, hasUnpublished);
  // An older build's says another, or none: the next commit brings it up.
  const isReadable = schemaOf(found) <= schemaKnown;
  const told = comparable(isReadable ? { ...found, schema: schemaKnown } : found, hasUnpublished);
  const field = Object.keys(expected).find(
    (name) => JSON.stringify(expected[name]) !== JSON.stringify(told[name]),
  );
  if (field === undefined) return;
  const text = (value: unknown) => (JSON.stringify(value) ?? "nothing").slice(0, 80);
  const detail = `${field}: ${text(told[field])} instead of ${text(expected[field])}`;
  findings.add("summaryUnlike", place, detail);
}

/** What `status.json` has to say in a state, after what stands there; `undefined` where a record that it tells of cannot be what was written. */
export async function summaryOf(
  wiring: DatasetWiring,
  { dataset }: Evidence,
  state: GroupState,
  existingObject: StoredObject | undefined,
  signal: AbortSignal,
): Promise<StatusSummary | undefined> {
  const before = carriedOn(existingObject && readSummary(existingObject.bytes), state);
  try {
    return await unlessUnreadable(
      wiring,
      statusSummary(wiring, { dataset, state, before }, signal),
      undefined,
      signal,
    );
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Compares `collection.json` with what would be written now. While something is unpublished, it may be a commit behind.
 */
export function checkCollection(
  { dataset }: Evidence,
  state: GroupState,
  existingObject: StoredObject | undefined,
  hasUnpublished: boolean,
  findings: Findings,
): void {
  const place = collectionKey(dataset.id);
  if (hasUnpublished || state.commitSeq === 0) return;
  if (!existingObject) return void findings.add("summaryUnlike", place, "it is gone");
  const found = readFields(existingObject.bytes) ?? {};
  const expected = Object.entries(collectionOf(dataset, state));
  const unlike = expected.find(
    ([name, value]) => proved.has(name) && JSON.stringify(found[name]) !== JSON.stringify(value),
  );
  if (unlike) findings.add("summaryUnlike", place, `${unlike[0]} is not what the metadata tell`);
}

/** Members of a collection that a descriptor does not word. */
const proved = new Set(["type", "id", "extent", "updated", commitSeqMember, identityMember]);

/** What a descriptor may reword, and what stands in no other place. */
const unproved = new Set(["title", "expected_latency", "patience", "latency", "commits", "provider"]);

function comparable(summary: object, hasUnpublished: boolean): Fields {
  const { failing, revised, ...told } = summary as StatusSummary;
  const rest = Object.fromEntries(Object.entries(told).filter(([name]) => !unproved.has(name)));
  const timesOf = (list: unknown) => {
    if (!Array.isArray(list)) return "no list";
    if (list.length >= comparedMax || hasUnpublished) return null;
    return list.map((step: Fields | null) => String(step?.time)).sort();
  };
  return { ...rest, failing: timesOf(failing), revised: timesOf(revised) };
}
