import { parseInstant } from "../dataset/timeAxis.ts";
import { type GroupState, identityIn } from "../zarr/metadata.ts";

/** The state of a dataset without a timestep. */
export const nothingYet: GroupState = { length: 0, commitSeq: 0, modifiedAt: null, gapCounts: [] };

/** The commit that a group's attributes tell of; `undefined` if they tell of none that can be. */
export function commitSeqIn(attributes: object | undefined): number | undefined {
  const { commit_seq: seq } = (attributes ?? {}) as { commit_seq?: unknown };
  return Number.isSafeInteger(seq) ? (seq as number) : undefined;
}

/** The state that a group's attributes tell of, at that length; `undefined` if they cannot be read. */
export function stateIn(attributes: object | undefined, length: number): GroupState | undefined {
  const { granule_gap_counts: counts, date_modified: modified } = (attributes ?? {}) as Record<
    string,
    unknown
  >;
  const commitSeq = commitSeqIn(attributes);
  const areCounts = Array.isArray(counts) && counts.every((count) => Number.isSafeInteger(count));
  if (commitSeq === undefined || !areCounts) return undefined;
  const modifiedAt = typeof modified === "string" ? (parseInstant(modified) ?? null) : null;
  const identity = identityIn(attributes);
  const state = { length, commitSeq, gapCounts: counts as number[], modifiedAt };
  return identity === undefined ? state : { ...state, identity };
}
