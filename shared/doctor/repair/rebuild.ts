import { chunkRecordKey, datasetRecordKey, NO_RECORD } from "../../ledger/ledger.ts";
import { emptyDataset, type StepRecord, withSteps } from "../../ledger/records.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import { type ChunkCheck, checkChunk } from "../checks/chunkCheck.ts";
import type { Statuses } from "../checks/statuses.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { RepairLog } from "./log.ts";

/**
 * Writes a chunk's record anew where it is malformed, or lacks steps that its provenance tells of. What the ledger still
 * says holds; the provenance may be older than the objects, so steps from there leave these unproven.
 */
export async function rebuildChunk(
  wiring: DatasetWiring,
  evidence: Evidence,
  statuses: Statuses,
  chunk: number,
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  const { dataset, ledger, limits } = wiring;
  for (let race = 0; race < limits.racesMax; race++) {
    const look = await checkChunk(wiring, evidence, statuses, chunk, signal);
    const { lost, provenance, recordFaults, recordState, version } = look;
    if (recordFaults.length === 0 && lost.length === 0) return;
    if (recordState === "unreadable")
      return log.leave(
        "none",
        "ledger",
        `its record cannot be read: ${recordFaults[0]}; delete it there`,
        chunk,
      );
    if (look.isBusy) return log.leave("rebuild", "ledger", "somebody works on it", chunk);
    const steps = new Map(lost.map((offset) => [offset, provenance.steps[offset] as StepRecord]));
    const generations = isProvenAnew(look) ? {} : look.record.generations;
    const rebuilt = withSteps({ ...look.record, generations }, steps, true);
    const { outcome } = await ledger.write(chunkRecordKey(dataset.id, chunk), rebuilt, version, signal);
    if (outcome !== "written") continue;
    const detail = lost.length > 0 ? `${lost.length} timesteps from the provenance` : recordFaults.join(", ");
    return log.did("rebuild", "ledger", detail, chunk);
  }
  log.leave("rebuild", "ledger", "others are always quicker", chunk);
}

/** Whether steps are replaced, so that it has to be shown that the objects hold their values. */
function isProvenAnew({ lost, recordFaults }: ChunkCheck): boolean {
  return lost.length > 0 || recordFaults.some((fault) => fault.startsWith("step"));
}

/** Writes the dataset's own record anew where it is malformed. One that is gone is written by the next commit. */
export async function rebuildDatasetRecord(
  { dataset, ledger: port }: DatasetWiring,
  { length, stated, commitSeq, identity, ledger, ledgerFaults }: Evidence,
  log: RepairLog,
  signal: AbortSignal,
): Promise<void> {
  if (ledger.state === "unreadable")
    return log.leave(
      "none",
      "ledger",
      `the dataset's record cannot be read: ${ledger.reason}; delete it there`,
    );
  if (ledgerFaults.length === 0 || length < stated) return;
  const version = ledger.state === "there" ? ledger.found.version : NO_RECORD;
  const { outcome } = await port.write(
    datasetRecordKey(dataset.id),
    { ...emptyDataset, identity: identity ?? null, length, commitSeq },
    version,
    signal,
  );
  if (outcome === "written") log.did("rewrite", "ledger", `the dataset's record: ${ledgerFaults.join(", ")}`);
  else log.leave("rewrite", "ledger", "somebody changed the dataset's record meanwhile");
}
