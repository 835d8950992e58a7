import { DriftError } from "../errors.ts";
import { commit } from "../pipeline/commit/commit.ts";
import type { Wiring } from "../pipeline/wiring.ts";
import { readStatuses } from "./checks/statuses.ts";
import { type Difference, differenceKinds, isFault } from "./evidence/differences.ts";
import { readStandingDocuments } from "./evidence/documents.ts";
import { readKnown } from "./evidence/known.ts";
import { createProvider } from "./evidence/provider.ts";
import { chunksOf } from "./evidence/range.ts";
import { believe, type Standing } from "./evidence/standing.ts";
import { type Examination, examine } from "./examine.ts";
import { mendChunk } from "./repair/chunk.ts";
import { createMendingLog, type MendingLog } from "./repair/log.ts";
import type { MendingOptions } from "./repair/patient.ts";
import { rebuildChunk, rebuildDatasetRecord } from "./repair/rebuild.ts";
import { reconcile, settlePair } from "./repair/reconcile.ts";
import { rewriteMetadata, rewriteSummary } from "./repair/rewrite.ts";

export type Mended = Pick<MendingLog, "done" | "left">;

/**
 * Mends what an examination found: first a store and a ledger that do not belong together, then the ledger from the provenance, the metadata from the ledger, the chunks from the
 * provider, then a commit and the published status. Every write is conditional, as a worker's or a committer's: it may run
 * beside them, be killed at any point and run again. What it cannot mend is left and said.
 * Throws a `DriftError` where the dataset is not the descriptor's, `StorageError`, `ContentionError`; what was done stands.
 */
export async function repair(
  wiring: Wiring,
  examination: Examination,
  options: MendingOptions,
  signal: AbortSignal,
): Promise<Mended> {
  const { standing, drift, differences } = examination;
  const log = createMendingLog();
  const newer = differences.find(({ kind }) => kind === "newerSchema");
  if (newer) {
    log.leave("none", newer.place, `written by a newer Accrete (${newer.detail}); upgrade this one`);
    return log;
  }
  if (!standing || drift.length > 0) throw new DriftError(wiring.dataset.id, drift);
  if (!differences.some(isOfPair)) await repairPair(wiring, examination, options, log, signal);
  else if (await reconcile({ ...wiring, dataset: standing.dataset }, standing, log, signal)) {
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
  options: MendingOptions,
  log: MendingLog,
  signal: AbortSignal,
): Promise<void> {
  const { standing, drift, differences } = examination;
  if (!standing || drift.length > 0) throw new DriftError(wiring.dataset.id, drift);
  const at: Wiring = { ...wiring, dataset: standing.dataset };
  const ill = illChunks(standing, differences);
  await rebuildLedger(at, standing, ill, log, signal);
  // Where it is not clear how long the dataset is, a person decides before anything else is done.
  const isNameless = standing.identity === undefined && differences.some(isFault);
  const isRewritten = isNameless || differences.some(isOfMetadata);
  if (isRewritten && !(await rewriteMetadata(at, log, signal))) return;
  if (!(await settlePair(at, log, signal))) return;
  await mendChunks(at, examination, ill, options, log, signal);
  const committed = await commit(at, signal);
  if (committed.outcome === "left")
    log.leave("commit", "metadata", "another committer is at it: it looks again");
  await rewriteSummary(at, log, signal);
}

async function rebuildLedger(
  wiring: Wiring,
  standing: Standing,
  chunks: readonly number[],
  log: MendingLog,
  signal: AbortSignal,
): Promise<void> {
  await rebuildDatasetRecord(wiring, standing, log, signal);
  const statuses = await readStatuses(wiring, standing, signal);
  for (const chunk of chunks) await rebuildChunk(wiring, standing, statuses, chunk, log, signal);
}

async function mendChunks(
  wiring: Wiring,
  { range }: Examination,
  ill: readonly number[],
  options: MendingOptions,
  log: MendingLog,
  signal: AbortSignal,
): Promise<void> {
  const documents = await readStandingDocuments(wiring, signal);
  const known = await readKnown(wiring, signal);
  const standing = await believe(wiring, documents, known, signal);
  if (!standing) return;
  const provider = createProvider(wiring, known);
  const isLedgerLost = known.ledger.size === 0 && known.provenance.size === 0;
  const within = new Set(chunksOf(standing, known, range));
  for (const chunk of ill) {
    signal.throwIfAborted();
    if (within.has(chunk))
      await mendChunk({ wiring, standing, provider, isLedgerLost, options, log }, chunk, signal);
  }
}

/** The chunks of which something can be mended. */
function illChunks({ dataset }: Standing, differences: readonly Difference[]): number[] {
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
