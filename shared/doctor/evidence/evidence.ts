import { attributesIn, growingKeys, type StoredDocuments } from "../../archive/documents.ts";
import { formatOf } from "../../archive/formatOf.ts";
import { commitSeqIn } from "../../archive/state.ts";
import { startDrift } from "../../archive/stored.ts";
import { indexInChunk, placeOf, stepsOfChunk, timeInChunk } from "../../dataset/chunkGrid.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { asDescribed, startingAt } from "../../dataset/dataset.ts";
import { parseInstant } from "../../dataset/timeAxis.ts";
import { chunkRecordKey, datasetRecordKey } from "../../ledger/ledger.ts";
import { datasetRecordFaults, sanitizeChunk } from "../../ledger/recordSchema.ts";
import type { DatasetRecord } from "../../ledger/records.ts";
import { isPathOf } from "../../pipeline/plan/candidatePaths.ts";
import type { DatasetWiring, Wiring } from "../../pipeline/wiring.ts";
import { provenanceKey } from "../../zarr/layout.ts";
import { identityIn } from "../../zarr/metadata.ts";
import type { Known } from "./known.ts";
import { type FoundRecord, readRecord } from "./ledgerRecords.ts";
import { readProvenance, type Steps, startIn } from "./provenanceSchema.ts";

/** Records that are asked where the dataset begins. */
const startsAskedMax = 16;

/** What is to be believed of a dataset of which any part may be damaged. */
export interface Evidence {
  /** It begins where the stored one does. */
  readonly dataset: Dataset;
  /** What readers were shown; no readable statement that can be true says more. */
  readonly length: number;
  /** The highest length that metadata or ledger state and nothing denies; where it is more, a person has to decide. */
  readonly stated: number;
  /** What most arrays say by themselves, 0 where they do not agree: a commit that was interrupted has made them longer. */
  readonly ownLength: number;
  /** One past the last timestep that anything is recorded of. */
  readonly lengthMax: number;
  /** The highest that is stated. */
  readonly commitSeq: number;
  /** What the metadata state, or else a ledger that is the store's own. */
  readonly identity: string | undefined;
  /**
   * How the ledger's records stand to the store. Those of a `foreign` one are another store's; where it is `storeBehind` they
   * are of a later time than the store, which was restored: only the store itself is believed then. Where it is `ledgerBehind`
   * a commit was interrupted, or the ledger was restored.
   */
  readonly pair: "own" | "foreign" | "storeBehind" | "ledgerBehind";
  /** Both sides of it, where they do not belong together. */
  readonly pairDetail: string;
  readonly ledger: FoundRecord<DatasetRecord>;
  /** Of the ledger's record; empty if it is sound or not there. */
  readonly ledgerFaults: readonly string[];
}

/**
 * Works out what to believe. A length in the consolidated document, which is written last, or in the ledger, which is told after it, is
 * true if as much is recorded, or most arrays by themselves say no less. Where neither can be read, what most arrays say is.
 * `undefined` where nothing says when the dataset begins. Throws a `DriftError` where --start says something else.
 */
export async function weighEvidence(
  wiring: Wiring,
  documents: StoredDocuments,
  known: Known,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const start = await believedStart(wiring, documents, known, signal);
  if (start === undefined) return undefined;
  if (wiring.start !== undefined && wiring.start !== start)
    throw startDrift(wiring.descriptor.id, wiring.start, start);
  const dataset = startingAt(wiring.descriptor, start);
  const ledger = await readRecord(wiring, datasetRecordKey(dataset.id), signal);
  const record = ledger.state === "there" ? ledger.found.record : undefined;
  const ledgerFaults = record ? datasetRecordFaults(record) : [];
  const sound = record && ledgerFaults.length === 0 ? record : undefined;
  const attributes = [documents.consolidated, documents.own].map((side) => attributesIn(dataset, side));
  const stated = attributes.map(commitSeqIn);
  const { pair, pairDetail } = pairOf(sound, attributes);
  const isBelieved = pair === "own" || pair === "ledgerBehind";
  const recorded = isBelieved ? sound : undefined;
  const asked = { ...wiring, dataset };
  const lengthMax = await recordedLength(asked, known, isBelieved, signal);
  const { lengthIn, keys } = formatOf(dataset);
  const told = lengthIn(documents.consolidated?.get(keys.array("time")));
  const arrays = growingKeys(dataset).flatMap((key) => lengthIn(documents.own.get(key)) ?? []);
  const ownLength = agreedLength(arrays, lengthMax);
  // What a commit made the arrays longer for is recorded.
  const isAhead = told !== undefined && (await areRecorded(asked, told, ownLength, isBelieved, signal));
  const sequences = [pair === "foreign" ? undefined : sound?.commitSeq, ...stated];
  return {
    dataset,
    ...believedLength(told, recorded?.length, arrays, { ownLength, isAhead, lengthMax }),
    ownLength,
    lengthMax,
    commitSeq: Math.max(0, ...sequences.map((seq) => seq ?? 0)),
    identity: identityOf(attributes) ?? recorded?.identity ?? undefined,
    pair,
    pairDetail,
    ledger,
    ledgerFaults,
  };
}

const identityOf = (attributes: readonly (object | undefined)[]) =>
  attributes.map(identityIn).find((identity) => identity !== undefined);

/**
 * How a sound record of the ledger stands to what the store's metadata, consolidated and own, state of themselves. Metadata
 * that cannot be read are damage, and no other store's.
 */
function pairOf(
  record: DatasetRecord | undefined,
  attributes: readonly (object | undefined)[],
): Pick<Evidence, "pair" | "pairDetail"> {
  const sequences = attributes.flatMap((side) => commitSeqIn(side) ?? []);
  if (!record || sequences.length === 0) return { pair: "own", pairDetail: "" };
  const identity = identityOf(attributes);
  const commitSeq = Math.max(...sequences);
  const told = commitSeqIn(attributes[0]) ?? commitSeq;
  if (identity !== undefined && record.identity && record.identity !== identity)
    return {
      pair: "foreign",
      pairDetail: `the store is that of ${identity}, the ledger that of ${record.identity}`,
    };
  if (commitSeq < record.commitSeq) {
    const pairDetail = `the store is at commit ${commitSeq}, the ledger knows commit ${record.commitSeq} with ${record.length} timesteps`;
    return { pair: "storeBehind", pairDetail };
  }
  return { pair: told > record.commitSeq ? "ledgerBehind" : "own", pairDetail: "" };
}

/** What most arrays say, as far as it can be; a single one that is damaged says anything. */
function agreedLength(arrays: readonly number[], lengthMax: number): number {
  const isAgreed = (length: number) =>
    length <= lengthMax
      ? arrays.filter((array) => array >= length).length * 2 >= arrays.length
      : arrays.filter((array) => array === length).length * 2 > arrays.length;
  return Math.max(0, ...arrays.filter(isAgreed));
}

/** The length to believe, and the highest that is stated and not denied. The arrays' own says no more where they are ahead. */
function believedLength(
  told: number | undefined,
  recorded: number | undefined,
  arrays: readonly number[],
  {
    ownLength,
    isAhead,
    lengthMax,
  }: Pick<Evidence, "ownLength" | "lengthMax"> & { readonly isAhead: boolean },
): Pick<Evidence, "length" | "stated"> {
  /** A commit makes every array longer before it says so. */
  const isCovered = (length: number) =>
    arrays.filter((array) => array >= length).length * 2 >= Math.max(1, arrays.length);
  const isBacked = (length: number) =>
    length <= lengthMax || isCovered(length) || (told === recorded && length === told);
  const statements = [told, recorded].filter((length) => length !== undefined);
  const undenied = statements.filter((length) => arrays.length === 0 || isBacked(length));
  const backed = statements.filter(isBacked);
  const isTold = told !== undefined && isBacked(told) && isAhead;
  const isAnything = backed.length > 0 || ownLength > 0 || arrays.includes(0);
  const length = isAnything ? Math.max(isTold ? 0 : ownLength, ...backed) : lengthMax;
  return { length, stated: Math.max(length, ...undenied) };
}

/** Whether ledger or provenance tell of every timestep from `first` until before `end`. */
async function areRecorded(
  wiring: DatasetWiring,
  first: number,
  end: number,
  isBelieved: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { dataset } = wiring;
  for (let index = first; index < end; ) {
    const { chunk, offset } = placeOf(index, dataset.time.chunkLength);
    const { steps } = await recordedSteps(wiring, chunk, isBelieved, signal);
    const last = Math.min(stepsOfChunk(dataset, chunk), offset + end - index);
    for (let at = offset; at < last; at++) if (!steps[at]) return false;
    index += last - offset;
    if (last === offset) return false;
  }
  return true;
}

/**
 * One past the last timestep that ledger or provenance tell of; where both have lost a chunk, its objects stand for all of
 * it.
 */
async function recordedLength(
  wiring: DatasetWiring,
  known: Known,
  isBelieved: boolean,
  signal: AbortSignal,
): Promise<number> {
  const { dataset } = wiring;
  for (const chunk of known.chunks.toReversed()) {
    const { steps, isLost } = await recordedSteps(wiring, chunk, isBelieved, signal);
    const offsets = Object.keys(steps).map(Number);
    if (offsets.length > 0) return indexInChunk(dataset, chunk, Math.max(...offsets)) + 1;
    if (isLost && known.objects.has(chunk))
      return indexInChunk(dataset, chunk, 0) + stepsOfChunk(dataset, chunk);
  }
  return 0;
}

/** What the ledger, if it is believed, and provenance tell of a chunk, and whether the ledger has lost its record or a part of it. */
async function recordedSteps(
  wiring: DatasetWiring,
  chunk: number,
  isBelieved: boolean,
  signal: AbortSignal,
): Promise<{ readonly steps: Steps; readonly isLost: boolean }> {
  const { dataset, store } = wiring;
  const found = await readRecord(wiring, chunkRecordKey(dataset.id, chunk), signal);
  const isThere = isBelieved && found.state === "there";
  const sound = isThere ? sanitizeChunk(dataset, chunk, found.found.record) : undefined;
  const provenance = await store.read(provenanceKey(dataset.id, chunk), signal);
  const told = provenance && readProvenance(dataset, chunk, provenance.bytes);
  return { steps: { ...told, ...sound?.record.steps }, isLost: !sound || sound.faults.length > 0 };
}

/** The metadata's start, the provenance's, or that of a new dataset: the first where the known granules lie as they must. */
async function believedStart(
  wiring: Wiring,
  { own, consolidated }: StoredDocuments,
  known: Known,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { descriptor } = wiring;
  const stated = [consolidated, own].map((side) => {
    const { append_start: start } = (attributesIn(descriptor, side) ?? {}) as { append_start?: unknown };
    return parseInstant(String(start));
  });
  const isStart = (t: number | undefined): t is number =>
    t !== undefined && descriptor.time.indexOf(t) !== undefined;
  if (isStart(stated[0]) && stated[0] === stated[1]) return stated[0];
  const told = [...stated, ...(await statedByProvenance(wiring, known, signal))].filter(isStart);
  const starts = [...new Set([...told, wiring.start ?? descriptor.time.start])];
  const granule = await anyGranule(wiring, known, signal);
  if (!granule || new Set(told).size === 1) return starts[0];
  return starts.find((start) => {
    const time = timeInChunk(startingAt(descriptor, start), granule.chunk, granule.offset);
    return isPathOf(descriptor, time, granule.path);
  });
}

async function statedByProvenance(
  { descriptor, store }: Wiring,
  { provenance }: Known,
  signal: AbortSignal,
): Promise<(number | undefined)[]> {
  const stated: (number | undefined)[] = [];
  for (const chunk of [...provenance].slice(0, startsAskedMax)) {
    const found = await store.read(provenanceKey(descriptor.id, chunk), signal);
    stated.push(found && startIn(found.bytes));
  }
  return stated;
}

/** A granule that the ledger knows, and the place of its timestep. */
async function anyGranule(
  wiring: Wiring,
  { ledger }: Known,
  signal: AbortSignal,
): Promise<{ readonly chunk: number; readonly offset: number; readonly path: string } | undefined> {
  const { descriptor } = wiring;
  for (const chunk of [...ledger].slice(0, startsAskedMax)) {
    const found = await readRecord(wiring, chunkRecordKey(descriptor.id, chunk), signal);
    if (found.state !== "there") continue;
    const { steps } = sanitizeChunk(asDescribed(descriptor), chunk, found.found.record).record;
    for (const [offset, { granule }] of Object.entries(steps))
      if (granule) return { chunk, offset: Number(offset), path: granule.path };
  }
  return undefined;
}
