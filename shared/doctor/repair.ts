import { readStoredDocuments } from "../archive/documents.ts";
import { DriftError } from "../errors.ts";
import { commit } from "../pipeline/commit/commit.ts";
import type { DatasetWiring, Wiring } from "../pipeline/wiring.ts";
import { createProvider } from "./checks/provider.ts";
import { readStatuses } from "./checks/statuses.ts";
import { type Difference, differenceKinds, isFault } from "./evidence/differences.ts";
import { type Evidence, weighEvidence } from "./evidence/evidence.ts";
import { readKnown } from "./evidence/known.ts";
import { readRemoval } from "./evidence/ledgerRecords.ts";
import { chunksOf } from "./evidence/range.ts";
import { asFound, type Examination, examine } from "./examine.ts";
import { repairChunk } from "./repair/chunk.ts";
import { createRepairLog, type RepairLog } from "./repair/log.ts";
import { rebuildChunk, rebuildDatasetRecord } from "./repair/rebuild.ts";
import { reconcile, resolvePair } from "./repair/reconcile.ts";
import type { RepairOptions } from "./repair/repairContext.ts";
import { rewriteMetadata, rewriteSummary } from "./repair/rewrite.ts";

export type Repaired = Pick<RepairLog, "done" | "left">;

/**
 * Repairs what an examination found: first a store and a ledger that do not belong together, then the ledger from the provenance, the metadata from the ledger, the chunks from the
 * provider, then a commit and the published status. Every write is conditional, as a worker's or a committer's: it may run
 * beside them, be killed at any point and run again. What it cannot repair is left and said.
 * Throws a `DriftError` where the dataset is not the descriptor's, `StorageError`, `ContentionError`; what was done stands.
 */
export async function repair(
  given: Wiring,
  examination: Examination,
  options: RepairOptions,
  signal: AbortSignal,
): Promise<Repaired> {
  const { evidence, drift, differences } = examination;
  const wiring = asFound(given);
  const log = createRepairLog();
  const newer = differences.find(({ kind }) => kind === "newerSchema");
  if (newer) {
    log.leave("none", newer.place, `written by a newer Accrete (${newer.detail}); upgrade this one`);
    return log;
  }
  // Again: examining takes long.
  const removal = await readRemoval(wiring, signal);
  if (removal !== undefined) {
    log.leave("none", "ledger", removal);
    return log;
  }
  if (!evidence || drift.length > 0) throw new DriftError(wiring.descriptor.id, drift);
  if (!differences.some(isOfPair)) await repairPair(wiring, examination, options, log, signal);
  else if (await reconcile({ ...wiring, dataset: evidence.dataset }, evidence, log, signal)) {
    const reconciled = await examine(wiring, examination.range, signal);
    if (reconciled.differences.some(isOfPair)) log.leave("reconcile", "ledger", "others are always quicker");
    else await repairPair(wiring, reconciled, options, log, signal);
  }
  return log;
}

const isOfPair = ({ kind }: Difference) => kind === "pairUnlike";

/** The same for a dataset whose ledger is its own. */
async function repairPair(
  wiring: Wiring,
  examination: Examination,
  options: RepairOptions,
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  const { evidence, drift, differences } = examination;
  if (!evidence || drift.length > 0) throw new DriftError(wiring.descriptor.id, drift);
  const at = { ...wiring, dataset: evidence.dataset };
  const ill = illChunks(evidence, differences);
  await rebuildLedger(at, evidence, ill, log, signal);
  // Where it is not clear how long the dataset is, a person decides before anything else is done.
  const isNameless = evidence.identity === undefined && differences.some(isFault);
  const isRewritten = isNameless || differences.some(isOfMetadata);
  if (isRewritten && !(await rewriteMetadata(at, log, signal))) return;
  if (!(await resolvePair(at, log, signal))) return;
  await repairChunks(at, examination, ill, options, log, signal);
  const committed = await commit(at, signal);
  if (committed.outcome === "left")
    log.leave("commit", "metadata", "another committer is at it: it looks again");
  await rewriteSummary(at, log, signal);
}

async function rebuildLedger(
  wiring: DatasetWiring,
  evidence: Evidence,
  chunks: readonly number[],
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  await rebuildDatasetRecord(wiring, evidence, log, signal);
  const statuses = await readStatuses(wiring, evidence, signal);
  for (const chunk of chunks) await rebuildChunk(wiring, evidence, statuses, chunk, log, signal);
}

async function repairChunks(
  wiring: DatasetWiring,
  { range }: Examination,
  ill: readonly number[],
  options: RepairOptions,
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  const documents = await readStoredDocuments(wiring, signal);
  const known = await readKnown(wiring, signal);
  const evidence = await weighEvidence(wiring, documents, known, signal);
  if (!evidence) return;
  const provider = createProvider(wiring, known);
  const isLedgerLost = known.ledger.size === 0 && known.provenance.size === 0;
  const within = new Set(chunksOf(evidence, known, range));
  const at = { ...wiring, identity: evidence.identity };
  for (const chunk of ill) {
    signal.throwIfAborted();
    if (within.has(chunk))
      await repairChunk({ wiring: at, evidence, provider, isLedgerLost, options, log }, chunk, signal);
  }
}

/** The chunks of which something can be repaired. */
function illChunks({ dataset }: Evidence, differences: readonly Difference[]): number[] {
  const chunks = new Set<number>();
  for (const { kind, of, first, last } of differences) {
    const { mending } = differenceKinds[kind];
    if (of === "whole" || ["none", "commit", "next"].includes(mending)) continue;
    const length = of === "chunk" ? 1 : dataset.time.chunkLength;
    for (let chunk = Math.floor(first / length); chunk <= Math.floor(last / length); chunk++)
      chunks.add(chunk);
  }
  return [...chunks].sort((a, b) => a - b);
}

/** Whether metadata or statuses have to be written anew; provenance and published status follow a commit. */
function isOfMetadata({ kind }: Difference): boolean {
  return differenceKinds[kind].mending === "rewrite" && /^(document|coordinate|statuses)/.test(kind);
}
