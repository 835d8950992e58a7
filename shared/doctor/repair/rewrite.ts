import {
  attributesIn,
  growingKeys,
  readStoredDocuments,
  type StoredDocuments,
} from "../../archive/documents.ts";
import { formatOf } from "../../archive/formatOf.ts";
import { writeGroup } from "../../archive/groupObjects.ts";
import { stateIn } from "../../archive/state.ts";
import { countGaps, type StatusChunk } from "../../archive/statusChunks.ts";
import { newIdentity } from "../../archive/stored.ts";
import { statusFlags } from "../../dataset/cf.ts";
import { indexInChunk, placeOf, stepsOfChunk } from "../../dataset/chunkGrid.ts";
import { ContentionError, DriftError } from "../../errors.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import { sanitizeChunk } from "../../ledger/recordSchema.ts";
import { emptyChunk } from "../../ledger/records.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { collectionOf } from "../../status/collection.ts";
import { ABSENT, type StoredObject } from "../../store/store.ts";
import { encode } from "../../zarr/codec.ts";
import { defaultCodec } from "../../zarr/compressor.ts";
import {
  collectionKey,
  documentHeaders,
  groupKey,
  sealedChunkHeaders,
  statusKey,
} from "../../zarr/layout.ts";
import { coordinateChunkLength, documentBytes, type GroupState } from "../../zarr/metadata.ts";
import { readCoordinates } from "../checks/coordinates.ts";
import { driftOf } from "../checks/metadata.ts";
import { flagFor, readStatuses, type Statuses } from "../checks/statuses.ts";
import { checkCollection, checkSummary, summaryOf } from "../checks/summary.ts";
import { createFindings } from "../evidence/differences.ts";
import { type Evidence, weighEvidence } from "../evidence/evidence.ts";
import { type Known, readKnown } from "../evidence/known.ts";
import { readRecord } from "../evidence/ledgerRecords.ts";
import type { RepairLog } from "./log.ts";

/**
 * Writes all metadata anew, at the believed length, with the statuses that the ledger tells of, in a commit's order and as
 * conditionally: generations are read first, then records, so that a commit in between makes it begin again. `false` where
 * that would make the dataset shorter than what can be read of it says: nothing is written then.
 */
export async function rewriteMetadata(
  wiring: DatasetWiring,
  log: RepairLog,
  signal: AbortSignal,
): Promise<boolean> {
  const { descriptor, limits, now } = wiring;
  for (let race = 0; race < limits.racesMax; race++) {
    const documents = await readStoredDocuments(wiring, signal);
    const known = await readKnown(wiring, signal);
    const evidence = await weighEvidence(wiring, documents, known, signal);
    const drift = evidence ? driftOf(evidence, documents) : ["nothing says when the dataset begins"];
    if (!evidence || drift.length > 0) throw new DriftError(descriptor.id, drift);
    const { dataset, length, commitSeq, stated } = evidence;
    if (length < stated) {
      const detail = `metadata or ledger say ${stated} timesteps, and only ${length} can be shown to be there; restore either, or delete what is wrong`;
      log.leave("none", "metadata", detail);
      return false;
    }
    const statuses = await readStatuses(wiring, evidence, signal);
    const flags = await flagsFor(wiring, evidence, known, statuses, signal);
    await rewriteCoordinates(wiring, evidence, log, signal);
    const gapCounts = flags
      .filter((_, number) => number * coordinateChunkLength < length)
      .map((chunk, number) => countGaps(chunk, number, length));
    const identity = evidence.identity ?? newIdentity(wiring);
    const state: GroupState = { length, commitSeq: commitSeq + 1, modifiedAt: now(), gapCounts, identity };
    const group = {
      stored: { dataset, state },
      documents: new Map(),
      objects: overwritten(evidence, documents),
    };
    if (!(await writeGroup(wiring, group, state, flags, signal))) continue;
    log.did("rewrite", "metadata", `commit ${state.commitSeq}, ${length} timesteps`);
    return true;
  }
  throw new ContentionError(`the metadata of ${descriptor.id} changed ${limits.racesMax} times in a row`);
}

/**
 * The objects to overwrite. Only of an array that a commit has made longer are the bytes there: it stays that long. All
 * others are written whatever they hold.
 */
function overwritten(
  { dataset, length, lengthMax }: Evidence,
  { objects, own }: StoredDocuments,
): Map<string, StoredObject> {
  const growing = new Set(growingKeys(dataset));
  const isRetained = (key: string) => {
    const stated = growing.has(key) ? formatOf(dataset).lengthIn(own.get(key)) : undefined;
    return stated !== undefined && stated > length && stated <= lengthMax;
  };
  return new Map(
    [...objects].map(([key, object]) => [
      key,
      isRetained(key) ? object : { ...object, bytes: new Uint8Array() },
    ]),
  );
}

/** The chunks of `granule_status` as the ledger has them. */
async function flagsFor(
  wiring: DatasetWiring,
  evidence: Evidence,
  { chunks }: Known,
  statuses: Statuses,
  signal: AbortSignal,
): Promise<StatusChunk[]> {
  const { dataset, length } = evidence;
  const made = statuses.chunks.map(({ key, generation }) => {
    return { key, generation, flags: new Int8Array(coordinateChunkLength).fill(statusFlags.pending) };
  });
  const visible = Math.ceil(length / dataset.time.chunkLength);
  const all = new Set([...Array.from({ length: visible }, (_, chunk) => chunk), ...chunks]);
  for (const chunk of all) {
    const found = await readRecord(wiring, chunkRecordKey(dataset.id, chunk), signal);
    const record = found.state === "there" ? found.found.record : emptyChunk(chunk);
    const { steps } = sanitizeChunk(dataset, chunk, record).record;
    for (let offset = 0; offset < stepsOfChunk(dataset, chunk); offset++) {
      const index = indexInChunk(dataset, chunk, offset);
      const place = placeOf(index, coordinateChunkLength);
      const flags = made[place.chunk]?.flags;
      if (flags) flags[place.offset] = flagFor(evidence, statuses, index, steps[offset]);
    }
  }
  return made;
}

async function rewriteCoordinates(
  wiring: DatasetWiring,
  evidence: Evidence,
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  const { dataset, store } = wiring;
  for await (const { chunk, object, state } of readCoordinates(wiring, evidence, signal)) {
    if (state === "same") continue;
    const bytes = await encode(defaultCodec, chunk.raw);
    const key = groupKey(dataset.id, chunk.key);
    // Who is quicker writes the same values.
    await store.put(key, bytes, object?.generation ?? ABSENT, sealedChunkHeaders, signal);
    log.did("rewrite", chunk.key, "the descriptor's values");
  }
}

/** Writes `status.json` and `collection.json` anew where they are not what the metadata and the ledger tell. */
export async function rewriteSummary(
  wiring: DatasetWiring,
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  const { id } = wiring.dataset;
  await rewriteSidecars(wiring, statusKey(id), log, signal, async (evidence, state, object) => {
    const findings = createFindings();
    await checkSummary(wiring, evidence, state, object, false, findings, signal);
    return findings.differences.length > 0 ? summaryOf(wiring, evidence, state, object, signal) : undefined;
  });
  await rewriteSidecars(wiring, collectionKey(id), log, signal, async (evidence, state, object) => {
    const findings = createFindings();
    checkCollection(evidence, state, object, false, findings);
    return findings.differences.length > 0 ? collectionOf(evidence.dataset, state) : undefined;
  });
}

/** Writes a document beside the group; `documentOf` is `undefined` where it is as it has to be, or cannot be told. */
async function rewriteSidecars(
  wiring: DatasetWiring,
  key: string,
  log: RepairLog,
  signal: AbortSignal,
  documentOf: (
    evidence: Evidence,
    state: GroupState,
    object: StoredObject | undefined,
  ) => Promise<object | undefined>,
): Promise<void> {
  const { store, limits } = wiring;
  for (let race = 0; race < limits.racesMax; race++) {
    const object = await store.read(key, signal);
    const documents = await readStoredDocuments(wiring, signal);
    const evidence = await weighEvidence(wiring, documents, await readKnown(wiring, signal), signal);
    const state =
      evidence && stateIn(attributesIn(evidence.dataset, documents.consolidated), evidence.length);
    const document = state && (await documentOf(evidence, state, object));
    if (!document) return;
    const put = await store.put(
      key,
      documentBytes(document),
      object?.generation ?? ABSENT,
      documentHeaders,
      signal,
    );
    if (put.outcome === "written") return log.did("rewrite", key, `commit ${state.commitSeq}`);
  }
  log.leave("rewrite", key, "others are always quicker");
}
