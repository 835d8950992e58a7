import { hasGranules } from "../../archive/chunkObjects.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { indexInChunk, stepsOfChunk } from "../../dataset/chunkGrid.ts";
import { isHeldByOther } from "../../ledger/lease.ts";
import type { DifferenceKind, Findings } from "../evidence/differences.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Known } from "../evidence/known.ts";
import { type ChunkCheck, isShown, type ObjectCheck, valuesInGaps } from "./chunkCheck.ts";
import { chunkClockAhead } from "./clocks.ts";
import { flagFor, type Statuses } from "./statuses.ts";

const objectKinds = {
  gone: "objectGone",
  damaged: "objectDamaged",
  unproven: "objectUnproven",
} as const satisfies Record<string, DifferenceKind>;

/** Tells of all differences within one chunk: its record, provenance, objects, and what readers are told of its timesteps. */
export function reportChunk(
  evidence: Evidence,
  statuses: Statuses,
  known: Known,
  look: ChunkCheck,
  now: number,
  findings: Findings,
): void {
  const { chunk, record } = look;
  if (look.isBusy) {
    findings.addChunk("busy", "ledger", chunk);
    return;
  }
  if (look.recordState === "unreadable") {
    findings.addChunk("ledgerUnreadable", "ledger", chunk, look.recordFaults[0]);
    return;
  }
  reportRecord(evidence, look, now, findings);
  reportObjects(evidence, known, look, findings);
  if (record.uncommitted) findings.addChunk("uncommitted", "ledger", chunk);
  else {
    reportProvenance(look, findings);
    reportStatuses(evidence, statuses, look, findings);
  }
}

function reportRecord({ dataset }: Evidence, look: ChunkCheck, now: number, findings: Findings): void {
  const { chunk, record, recordFaults, recordState, lost, unknown } = look;
  if (recordState === "gone" && lost.length > 0) findings.addChunk("recordGone", "ledger", chunk);
  else
    for (const offset of lost)
      findings.addTimestep("stepLost", "ledger", indexInChunk(dataset, chunk, offset));
  if (recordFaults.length > 0) findings.addChunk("recordMalformed", "ledger", chunk, recordFaults.join(", "));
  for (const offset of unknown)
    findings.addTimestep("stepUnknown", "ledger", indexInChunk(dataset, chunk, offset));
  if (record.lease && !isHeldByOther(record.lease, "", now)) findings.addChunk("leaseLeft", "ledger", chunk);
  const ahead = chunkClockAhead(dataset, record, now);
  if (ahead !== undefined) findings.addChunk("clockAhead", "ledger", chunk, ahead);
}

function reportObjects(evidence: Evidence, known: Known, look: ChunkCheck, findings: Findings): void {
  const { chunk } = look;
  const isTold = isShown(evidence, chunk) || known.ledger.has(chunk) || known.provenance.has(chunk);
  for (const [name, { state }] of look.objects) {
    const kind = isTold ? objectFault(evidence, look, state) : state !== "gone" && "strayObject";
    if (kind) findings.addChunk(kind, name, chunk);
  }
  if (!isTold) return;
  reportRanges(evidence, look, findings);
  for (const offset of valuesInGaps(look))
    findings.addTimestep("valuesInGap", "objects", indexInChunk(evidence.dataset, chunk, offset));
}

/** Values in a gap are told of as such. */
function reportRanges({ dataset }: Evidence, look: ChunkCheck, findings: Findings): void {
  const { chunk, objects } = look;
  const inGaps = valuesInGaps(look);
  for (const [name, { outside }] of objects)
    for (const [offset, text] of outside)
      if (!inGaps.includes(offset))
        findings.addTimestep("outOfRange", name, indexInChunk(dataset, chunk, offset), text);
}

/** What is wrong with an object of a chunk that anything tells of: nothing has to prove what is of fill alone. */
function objectFault(
  evidence: Evidence,
  { chunk, record }: ChunkCheck,
  state: ObjectCheck["state"],
): DifferenceKind | undefined {
  if (state === "proven") return undefined;
  if (hasGranules(record) || state === "damaged") return objectKinds[state];
  return state === "gone" && isShown(evidence, chunk) ? "objectGone" : undefined;
}

function reportProvenance({ chunk, record, provenance, lost }: ChunkCheck, findings: Findings): void {
  const isEmpty = Object.keys(record.steps).length === 0;
  if (provenance.state === "gone" && !isEmpty) findings.addChunk("provenanceGone", "provenance", chunk);
  if (provenance.state === "damaged") findings.addChunk("provenanceDamaged", "provenance", chunk);
  if (provenance.state === "unlike" && lost.length === 0)
    findings.addChunk("provenanceUnlike", "provenance", chunk);
}

function reportStatuses(evidence: Evidence, statuses: Statuses, look: ChunkCheck, findings: Findings): void {
  const names = Object.keys(statusFlags);
  for (const { index, flag, expected } of wrongFlags(evidence, statuses, look)) {
    const detail = `${names[flag] ?? `flag ${flag}`} instead of ${names[expected]}`;
    findings.addTimestep("statusesUnlike", "granule_status", index, detail);
  }
}

/** Whether readers are told of a chunk's timesteps what the ledger says, or are still to be told. */
export function isPublishedRight(evidence: Evidence, statuses: Statuses, look: ChunkCheck): boolean {
  return look.record.uncommitted || wrongFlags(evidence, statuses, look).length === 0;
}

function wrongFlags(evidence: Evidence, statuses: Statuses, { chunk, record, lost }: ChunkCheck) {
  const offsets = Array.from({ length: stepsOfChunk(evidence.dataset, chunk) }, (_, offset) => offset);
  return offsets.flatMap((offset) => {
    const index = indexInChunk(evidence.dataset, chunk, offset);
    const flag = statuses.flagAt(index);
    const expected = flagFor(evidence, statuses, index, record.steps[offset]);
    return flag === undefined || flag === expected || lost.includes(offset)
      ? []
      : [{ index, flag, expected }];
  });
}
