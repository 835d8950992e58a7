import { attributesIn, readConsolidated, soundDocuments } from "../../archive/documents.ts";
import { formatOf } from "../../archive/formatOf.ts";
import { objectsOf } from "../../archive/objectsOf.ts";
import { stateIn } from "../../archive/state.ts";
import { indexInChunk } from "../../dataset/chunkGrid.ts";
import { isHeldByOther } from "../../ledger/lease.ts";
import { chunkRecordKey, datasetRecordKey, NO_RECORD } from "../../ledger/ledger.ts";
import { datasetRecordFaults, sanitizeChunk } from "../../ledger/recordSchema.ts";
import {
  type ChunkRecord,
  emptyChunk,
  emptyDataset,
  type StepRecord,
  withSteps,
} from "../../ledger/records.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { groupKey, provenanceKey } from "../../zarr/layout.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { readKnown } from "../evidence/known.ts";
import { readRecord } from "../evidence/ledgerRecords.ts";
import { readProvenance, type Steps } from "../evidence/provenanceSchema.ts";
import type { RepairLog } from "./log.ts";
import { rewriteMetadata } from "./rewrite.ts";

/**
 * Makes one pair of a store and a ledger that is another one's, or knows more than the store has. What readers see stays as
 * it is. Of the ledger a chunk's record is believed only where it is this store's and the objects are the recorded ones; any
 * other tells afterwards what the store's own provenance tells of visible timesteps, and the rest is pending again. The
 * dataset's record comes last: a repair that is killed before leaves two that are no pair. `false` where somebody is at it.
 */
export async function reconcile(
  wiring: DatasetWiring,
  evidence: Evidence,
  log: RepairLog,
  signal: AbortSignal,
): Promise<boolean> {
  const { ledger, pair } = evidence;
  if (ledger.state === "there" && isHeldByOther(ledger.found.record.lease, "", wiring.now())) {
    log.leave("reconcile", "ledger", "somebody commits");
    return false;
  }
  const known = await readKnown(wiring, signal);
  for (const chunk of known.chunks) {
    signal.throwIfAborted();
    if (!(await reconcileChunk(wiring, evidence, chunk, log, signal))) return false;
  }
  // Above all that the ledger knows, so that no number names two commits.
  if (pair === "storeBehind" && !(await rewriteMetadata(wiring, log, signal))) return false;
  return resolvePair(wiring, log, signal);
}

async function reconcileChunk(
  wiring: DatasetWiring,
  evidence: Evidence,
  chunk: number,
  log: RepairLog,
  signal: AbortSignal,
): Promise<boolean> {
  const { dataset, ledger, store, now, limits } = wiring;
  for (let race = 0; race < limits.racesMax; race++) {
    const found = await readRecord(wiring, chunkRecordKey(dataset.id, chunk), signal);
    if (found.state === "unreadable") {
      log.leave("none", "ledger", `its record cannot be read: ${found.reason}; delete it there`, chunk);
      return false;
    }
    const provenance = await store.read(provenanceKey(dataset.id, chunk), signal);
    const told = (provenance && readProvenance(dataset, chunk, provenance.bytes)) ?? {};
    if (found.state === "gone") return true; // what the provenance tells of it is rebuilt like any other
    const { record, faults } = sanitizeChunk(dataset, chunk, found.found.record);
    const isForeign = evidence.pair === "foreign";
    if (!isForeign && isHeldByOther(record.lease, "", now())) {
      log.leave("reconcile", "ledger", "somebody works on it", chunk);
      return false;
    }
    if (!isForeign && faults.length === 0 && (await isProven(wiring, record, told, signal))) return true;
    const visible = Object.entries(told)
      .map(([offset, step]): [number, StepRecord] => [Number(offset), step])
      .filter(([offset]) => indexInChunk(dataset, chunk, offset) < evidence.length);
    const empty = { ...emptyChunk(chunk), lease: isForeign ? null : record.lease };
    const reconciled = withSteps(empty, new Map(visible), true);
    const { outcome } = await ledger.write(
      chunkRecordKey(dataset.id, chunk),
      reconciled,
      found.found.version,
      signal,
    );
    if (outcome !== "written") continue;
    log.did(
      "reconcile",
      "ledger",
      `${visible.length} timesteps from the provenance, the rest is pending`,
      chunk,
    );
    return true;
  }
  log.leave("reconcile", "ledger", "others are always quicker", chunk);
  return false;
}

/** Whether every object is the one that the record tells of; of a record without granules, whether the store knows of none. */
async function isProven(
  { dataset, store }: DatasetWiring,
  { chunk, steps, generations }: ChunkRecord,
  told: Steps,
  signal: AbortSignal,
): Promise<boolean> {
  if (!Object.values(steps).some(({ granule }) => granule))
    return !Object.values(told).some(({ granule }) => granule);
  for (const { name, key } of objectsOf(dataset, chunk)) {
    const opened = await store.open(key, signal);
    await opened?.close();
    if (opened === undefined || opened.generation !== generations[name]) return false;
  }
  return true;
}

/**
 * Has the ledger's own record say which commit of which store it is at, where it says another. `false` where somebody commits;
 * where the metadata cannot be read, nothing is to be said.
 */
export async function resolvePair(
  wiring: DatasetWiring,
  log: RepairLog,
  signal: AbortSignal,
): Promise<boolean> {
  const { dataset, store, ledger, now, limits } = wiring;
  const format = formatOf(dataset);
  for (let race = 0; race < limits.racesMax; race++) {
    const found = await readRecord(wiring, datasetRecordKey(dataset.id), signal);
    if (found.state === "unreadable") return false; // which was said
    const metadata = await store.read(groupKey(dataset.id, format.keys.consolidated), signal);
    const documents = metadata && soundDocuments(format, readConsolidated(format, metadata.bytes));
    const stated = format.lengthIn(documents?.get(format.keys.array("time")));
    const state = documents && stateIn(attributesIn(dataset, documents), stated ?? 0);
    if (!state) return true;
    const isSound = found.state === "there" && datasetRecordFaults(found.found.record).length === 0;
    const record = isSound ? found.found.record : emptyDataset;
    const { length, commitSeq, identity = null } = state;
    const isSame = record.length === length && record.commitSeq === commitSeq;
    if (isSound && isSame && (record.identity ?? null) === identity) return true;
    if (isHeldByOther(record.lease, "", now())) break;
    const version = found.state === "there" ? found.found.version : NO_RECORD;
    const agreed = { ...record, identity, length, commitSeq };
    const { outcome } = await ledger.write(datasetRecordKey(dataset.id), agreed, version, signal);
    if (outcome !== "written") continue;
    log.did("reconcile", "ledger", `commit ${commitSeq} with ${length} timesteps, as the store says`);
    return true;
  }
  log.leave("reconcile", "ledger", "somebody commits");
  return false;
}
