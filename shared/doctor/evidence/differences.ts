/**
 * What repairs a difference:
 * - `rebuild`: the ledger's record is made from the provenance record; `rewrite`: metadata are written from the ledger;
 * - `retake`: the granules are ingested again; `adopt`: what is stored is believed, since nothing else is left;
 * - `clear`: fill is written where no granule's values belong; `commit`: the next commit tells it, whoever makes it;
 * - `reconcile`: the ledger's records are cut back to what the store can show;
 * - `next`: the next run does it;
 * - `none`: nothing is to be done, or a person has to decide.
 */
export type RepairKind =
  | "rebuild"
  | "rewrite"
  | "retake"
  | "adopt"
  | "clear"
  | "commit"
  | "reconcile"
  | "next"
  | "none";

interface KindSpec {
  /** What is seen. */
  readonly found: string;
  /** What that means for who reads or keeps the dataset. */
  readonly means: string;
  readonly mending: RepairKind;
  /** A fault is wrong; a note comes about while all is well, and goes away with the next run or commit, or may stay. */
  readonly weight: "fault" | "note";
}

const fault = (found: string, means: string, mending: RepairKind): KindSpec => ({
  found,
  means,
  mending,
  weight: "fault",
});
const note = (found: string, means: string, mending: RepairKind): KindSpec => ({
  found,
  means,
  mending,
  weight: "note",
});

/** Every kind of difference between source, ledger, chunk objects and metadata. */
export const differenceKinds = {
  drift: fault(
    "stored otherwise than described",
    "descriptor or dataset is another one's: a person decides",
    "none",
  ),
  newerSchema: fault(
    "written by a newer Accrete",
    "this one cannot tell what it means, and looks no further: upgrade it",
    "none",
  ),
  removal: fault(
    "being removed",
    "nobody extends it, and nothing else is looked at: `accrete remove` finishes it",
    "none",
  ),
  pairUnlike: fault(
    "store and ledger do not belong together",
    "nothing is extended, so that readers are not told of what is not there; nothing else is looked at",
    "reconcile",
  ),
  documentGone: fault("metadata gone", "readers cannot open it, or only a part", "rewrite"),
  documentDamaged: fault("metadata damaged", "readers cannot open it, or only a part", "rewrite"),
  documentUnlike: fault(
    "metadata say something else",
    "readers see a wrong length or wrong attributes",
    "rewrite",
  ),
  documentReworded: note("worded otherwise than described", "the descriptor has been reworded", "commit"),
  commitBrokenOff: note("ahead of what readers see", "a commit is at work or was interrupted", "commit"),
  coordinateGone: fault("coordinate gone", "readers place values wrongly, or not at all", "rewrite"),
  coordinateDamaged: fault("coordinate damaged", "readers place values wrongly, or not at all", "rewrite"),
  coordinateRounded: note(
    "coordinate rounded otherwise",
    "readers who ask for an exact value do not find it: an earlier version added up steps",
    "rewrite",
  ),
  statusesGone: fault("statuses gone or damaged", "readers cannot tell gaps from values", "rewrite"),
  statusesUnlike: fault(
    "status is not the ledger's",
    "readers take a gap for values, or values for a gap",
    "rewrite",
  ),
  summaryUnlike: fault("published status is not the dataset's", "whoever watches it is misled", "rewrite"),
  ledgerUnreadable: fault(
    "record cannot be read",
    "nobody can work on it: a person has to delete the record",
    "none",
  ),
  ledgerUnlike: fault("record gone or wrong", "the ledger does not know what readers see", "rewrite"),
  recordGone: fault(
    "record gone",
    "its timesteps would be ingested again, and nothing is known of them",
    "rebuild",
  ),
  recordMalformed: fault("record malformed", "it cannot be what was recorded", "rebuild"),
  stepLost: fault("known to the provenance alone", "the ledger has lost it", "rebuild"),
  stepUnknown: fault("visible, and not in the ledger", "nothing proves its values", "retake"),
  uncommitted: note(
    "not published to readers yet",
    "a worker or a commit is at work or was interrupted",
    "commit",
  ),
  clockAhead: note(
    "an instant that is still to come",
    "written by a clock that ran ahead: set it right; nothing waits for it longer than it can last",
    "none",
  ),
  leaseLeft: note("lease has run out", "a worker died or sleeps; what it put is not recorded", "clear"),
  busy: note("somebody works on it", "it cannot be judged now: look again later", "none"),
  objectGone: fault("object gone", "readers find fill where values belong, or an error", "retake"),
  objectDamaged: fault("object damaged", "readers get an error", "retake"),
  objectUnproven: fault(
    "object is not the one that was recorded",
    "written by a worker that died or by somebody else, or copied: nothing proves its values",
    "retake",
  ),
  outOfRange: fault("values outside their valid range", "readers take for measured what cannot be", "retake"),
  valuesInGap: fault(
    "values where no granule is",
    "readers find values under a status that denies them",
    "clear",
  ),
  strayObject: note(
    "object that nothing tells of",
    "a worker died before it recorded it, or a committer before it showed a gap",
    "clear",
  ),
  provenanceGone: fault("provenance gone", "the ledger could not be rebuilt", "rewrite"),
  provenanceDamaged: fault("provenance damaged", "the ledger could not be rebuilt", "rewrite"),
  provenanceUnlike: fault("provenance is not the ledger's", "the ledger would be rebuilt wrongly", "rewrite"),
  pending: note("listed and not ingested", "it is not visible yet", "next"),
  revised: note("replaced at the provider", "its values are those of an earlier file", "next"),
  withdrawn: note("no longer at the provider", "its values stand, and cannot be fetched again", "none"),
  sourceUnavailable: note(
    "provider cannot be asked",
    "nothing is compared with it, or ingested again",
    "none",
  ),
} as const satisfies Record<string, KindSpec>;

export type DifferenceKind = keyof typeof differenceKinds;

/** One difference, or a run of neighbouring ones that are alike. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The array or the key of the object, `ledger`, `provenance` or `provider`. */
  readonly place: string;
  /** What `first` and `last` count; `whole` where the place says it all. */
  readonly of: "whole" | "chunk" | "timestep";
  readonly first: number;
  readonly last: number;
  /** What was found, or both sides of it. */
  readonly detail: string;
}

export function isFault({ kind }: Pick<Difference, "kind">): boolean {
  return differenceKinds[kind].weight === "fault";
}

/** Gathers differences in the order in which they are found, neighbours folded into runs. */
export interface Findings {
  readonly differences: readonly Difference[];
  add(kind: DifferenceKind, place: string, detail?: string): void;
  addChunk(kind: DifferenceKind, place: string, chunk: number, detail?: string): void;
  addTimestep(kind: DifferenceKind, place: string, index: number, detail?: string): void;
}

export function createFindings(): Findings {
  const differences: Difference[] = [];
  /** Where the open run of a kind at a place stands in the list. */
  const open = new Map<string, number>();

  function addOne(
    of: "chunk" | "timestep",
    kind: DifferenceKind,
    place: string,
    at: number,
    detail = "",
  ): void {
    const name = JSON.stringify([kind, place, of, detail]);
    const index = open.get(name);
    const run = index === undefined ? undefined : differences[index];
    if (run && index !== undefined && run.last === at - 1) differences[index] = { ...run, last: at };
    else open.set(name, differences.push({ kind, place, of, first: at, last: at, detail }) - 1);
  }

  return {
    differences,
    add: (kind, place, detail = "") => {
      differences.push({ kind, place, of: "whole", first: 0, last: 0, detail });
    },
    addChunk: (kind, place, chunk, detail) => addOne("chunk", kind, place, chunk, detail),
    addTimestep: (kind, place, index, detail) => addOne("timestep", kind, place, index, detail),
  };
}
