import { attributesIn, readStoredDocuments } from "../archive/documents.ts";
import { formatOf } from "../archive/formatOf.ts";
import { stateIn } from "../archive/state.ts";
import { asDescribed } from "../dataset/dataset.ts";
import { formatInstant } from "../dataset/timeAxis.ts";
import { NewerSchemaError, StorageError } from "../errors.ts";
import { uncheckedLedger } from "../ledger/checkedLedger.ts";
import { isHeldByOther } from "../ledger/lease.ts";
import { datasetRecordKey } from "../ledger/ledger.ts";
import { datasetRecordFaults } from "../ledger/recordSchema.ts";
import type { DatasetWiring, Wiring } from "../pipeline/wiring.ts";
import { schemaKnown } from "../schema.ts";
import type { Generation } from "../store/store.ts";
import { collectionKey, groupKey, statusKey } from "../zarr/layout.ts";
import { isPublishedRight, reportChunk } from "./checks/chunk.ts";
import { checkChunk } from "./checks/chunkCheck.ts";
import { datasetClockAhead } from "./checks/clocks.ts";
import { checkCoordinates } from "./checks/coordinates.ts";
import { checkDocuments, checkLedger, driftOf } from "./checks/metadata.ts";
import { createProvider, reportSource } from "./checks/provider.ts";
import { checkStatuses, readStatuses, type Statuses } from "./checks/statuses.ts";
import { checkCollection, checkSummary } from "./checks/summary.ts";
import {
  createFindings,
  type Difference,
  type DifferenceKind,
  type Findings,
  isFault,
} from "./evidence/differences.ts";
import { type Evidence, weighEvidence } from "./evidence/evidence.ts";
import { type Known, readKnown } from "./evidence/known.ts";
import { holdsUnpublished, readRecord, readRemoval } from "./evidence/ledgerRecords.ts";
import { chunksOf, type DoctorRange, offsetsOf } from "./evidence/range.ts";

/** Looks at the metadata while others commit. */
const looksMax = 3;

export interface Examination {
  readonly range: DoctorRange;
  /** What is believed of the dataset; `undefined` where nothing says when it begins, or a newer build worked on it. */
  readonly evidence: Evidence | undefined;
  /** What the descriptor and the stored dataset disagree on: nothing else is looked at then, and nothing repaired. */
  readonly drift: readonly string[];
  readonly differences: readonly Difference[];
}

/**
 * Compares source, ledger, chunk objects and metadata, and writes nothing. No damage makes it throw: only a store or a
 * ledger that cannot be read does (`StorageError`), metadata that change all the time (`ContentionError`), a --start that is
 * another dataset's (`DriftError`), and where there is no such dataset (`StorageError`). One chunk is in memory at a time.
 */
export async function examine(wiring: Wiring, range: DoctorRange, signal: AbortSignal): Promise<Examination> {
  try {
    return await examineAll(asFound(wiring), range, signal);
  } catch (error) {
    if (!(error instanceof NewerSchemaError)) throw error;
    const findings = createFindings();
    findings.add("newerSchema", error.what, `schema ${error.schema}, this one knows ${schemaKnown}`);
    return { range, evidence: undefined, drift: [], differences: findings.differences };
  }
}

/** The doctor reads damaged records too. */
export function asFound(wiring: Wiring): Wiring {
  return { ...wiring, ledger: uncheckedLedger(wiring.ledger) };
}

async function examineAll(wiring: Wiring, range: DoctorRange, signal: AbortSignal): Promise<Examination> {
  const removal = await readRemoval(wiring, signal);
  if (removal !== undefined) {
    const findings = createFindings();
    findings.add("removal", "ledger", removal);
    return { range, evidence: undefined, drift: [], differences: findings.differences };
  }
  const group = await examineGroup(wiring, signal);
  const { evidence, drift, known, statuses } = group;
  if (!evidence || !statuses) return { range, evidence, drift, differences: group.differences };
  const atEvidence = { ...wiring, dataset: evidence.dataset };
  const ofChunks = await examineChunks(atEvidence, evidence, statuses, known, range, signal);
  return { range, evidence, drift, differences: [...group.differences, ...ofChunks.differences] };
}

interface GroupExamination extends Omit<Examination, "range"> {
  readonly known: Known;
  /** `undefined` where there is drift, or the ledger is not the store's. */
  readonly statuses: Statuses | undefined;
  /** Of the metadata that were looked at. */
  readonly generation: Generation | undefined;
}

/** Looks at all that is not of one chunk; again where a commit came in between and something seems wrong. */
async function examineGroup(wiring: Wiring, signal: AbortSignal): Promise<GroupExamination> {
  for (let look = 1; ; look++) {
    const found = await examineGroupOnce(wiring, signal);
    if (!found.evidence || !found.differences.some(isFault)) return found;
    if (!(await isCommitting(wiring, found.evidence, found.generation, signal))) return found;
    if (look === looksMax) return { ...found, differences: whileCommitting(found.differences) };
  }
}

async function examineGroupOnce(wiring: Wiring, signal: AbortSignal): Promise<GroupExamination> {
  const findings = createFindings();
  const summary = await wiring.store.read(statusKey(wiring.descriptor.id), signal);
  const collection = await wiring.store.read(collectionKey(wiring.descriptor.id), signal);
  const { keys } = formatOf(wiring.descriptor);
  const documents = await readStoredDocuments(wiring, signal);
  const known = await readKnown(wiring, signal);
  if (!known.hasGroup) throw noDataset(wiring, known);
  const generation = documents.objects.get(keys.consolidated)?.generation;
  const evidence = await weighEvidence(wiring, documents, known, signal);
  const atEvidence = { ...wiring, dataset: evidence?.dataset ?? asDescribed(wiring.descriptor) };
  const drift = evidence
    ? driftOf(evidence, documents)
    : [`${keys.attributes} append_start: nothing says when the dataset begins; say it with --start`];
  if (evidence && drift.length === 0)
    drift.push(...(await checkCoordinates(atEvidence, evidence, documents, findings, signal)));
  for (const line of drift) findings.add("drift", "descriptor", line);
  const isPair = !evidence || evidence.pairDetail === "";
  if (!isPair && drift.length === 0) findings.add("pairUnlike", "ledger", evidence.pairDetail);
  const { differences } = findings;
  if (!evidence || drift.length > 0 || !isPair)
    return { evidence, drift, differences, known, statuses: undefined, generation };

  const hasUnpublished = await holdsUnpublished(wiring, signal);
  const statuses = await readStatuses(atEvidence, evidence, signal);
  checkDocuments(evidence, documents, findings);
  const state = stateIn(attributesIn(evidence.dataset, documents.consolidated), evidence.length);
  checkLedger(evidence, state, findings);
  const ahead = clockAheadIn(evidence, wiring.now());
  if (ahead !== undefined) findings.add("clockAhead", "ledger", ahead);
  checkStatuses(evidence, state, statuses, hasUnpublished, findings);
  if (state) {
    await checkSummary(atEvidence, evidence, state, summary, hasUnpublished, findings, signal);
    checkCollection(evidence, state, collection, hasUnpublished, findings);
  }
  return { evidence, drift, differences, known, statuses, generation };
}

async function examineChunks(
  wiring: DatasetWiring,
  evidence: Evidence,
  given: Statuses,
  known: Known,
  range: DoctorRange,
  signal: AbortSignal,
): Promise<Findings> {
  const findings = createFindings();
  const provider = createProvider(wiring, known);
  let statuses = given;
  for (const chunk of chunksOf(evidence, known, range)) {
    signal.throwIfAborted();
    let look = await checkChunk(wiring, evidence, statuses, chunk, signal);
    if (!isPublishedRight(evidence, statuses, look)) {
      // A commit may have told it since the statuses were read.
      statuses = await readStatuses(wiring, evidence, signal);
      look = await checkChunk(wiring, evidence, statuses, chunk, signal);
    }
    reportChunk(evidence, statuses, known, look, wiring.now(), findings);
    if (look.isBusy) continue;
    await reportSource(wiring, provider, look, offsetsOf(wiring, chunk, range), findings, signal);
  }
  return findings;
}

/** Whether somebody commits now, or has since the ledger's record and the metadata were read. */
async function isCommitting(
  wiring: Wiring,
  { dataset, ledger: before }: Evidence,
  generation: Generation | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const metadata = await wiring.store.read(groupKey(dataset.id, formatOf(dataset).keys.consolidated), signal);
  const now = await readRecord(wiring, datasetRecordKey(dataset.id), signal);
  if (metadata?.generation !== generation || now.state !== before.state) return true;
  if (now.state !== "there" || before.state !== "there") return false;
  const { record, version } = now.found;
  const isSound = datasetRecordFaults(record).length === 0;
  return version !== before.found.version || (isSound && isHeldByOther(record.lease, "", wiring.now()));
}

function clockAheadIn({ ledger, ledgerFaults }: Evidence, now: number): string | undefined {
  return ledger.state === "there" && ledgerFaults.length === 0
    ? datasetClockAhead(ledger.found.record, now)
    : undefined;
}

/** Faults that come about by no commit. */
const ofNoCommit: readonly DifferenceKind[] = [
  "drift",
  "documentGone",
  "documentDamaged",
  "coordinateGone",
  "coordinateDamaged",
  "statusesGone",
  "ledgerUnreadable",
];

/** While somebody commits, what is told and what was told differ: that is no fault, and cannot be judged. */
function whileCommitting(differences: readonly Difference[]): readonly Difference[] {
  const busy = createFindings();
  busy.add("busy", "metadata", "somebody commits");
  const isJudged = (difference: Difference) => !isFault(difference) || ofNoCommit.includes(difference.kind);
  return [...differences.filter(isJudged), ...busy.differences];
}

function noDataset({ descriptor }: Wiring, { ledger, provenance }: Known): StorageError {
  const told = Math.max(ledger.size, provenance.size);
  const remedy =
    told > 0
      ? `there is no such dataset, though ledger or provenance know ${told} of its chunks: --store or --ledger is another one's`
      : `there is no such dataset; \`accrete extend ${descriptor.id}\` creates it`;
  return new StorageError("doctor", groupKey(descriptor.id, formatOf(descriptor).keys.consolidated), remedy);
}

/** When the dataset that was looked at is valid through; `undefined` while nothing is visible. */
export function validThrough({ evidence }: Examination): string | undefined {
  if (!evidence || evidence.length === 0) return undefined;
  const { dataset, length } = evidence;
  return formatInstant(dataset.time.at(length - 1));
}
