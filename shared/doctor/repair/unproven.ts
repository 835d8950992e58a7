import { hasGranules } from "../../archive/chunkObjects.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import type { ChunkRecord } from "../../ledger/records.ts";
import type { ChunkCheck } from "../checks/chunkCheck.ts";
import { readRecord } from "../evidence/ledgerRecords.ts";
import type { Progress, RepairContext } from "./repairContext.ts";
import { doubtObjects } from "./underLease.ts";

/** The arrays whose objects have to be there and are not the ones that were recorded. */
export function unprovenArrays(look: ChunkCheck): string[] {
  if (!hasGranules(look.record)) return [];
  return [...look.objects].filter(([, { state }]) => state === "unproven").map(([name]) => name);
}

/** The offsets of a record's steps whose granules came by no later ingestion of the chunk than that one. */
export function ingestedUntil({ steps }: ChunkRecord, ingestion = Number.POSITIVE_INFINITY): number[] {
  const taken = Object.entries(steps).filter(
    ([, { granule }]) => granule && (granule.ingestion ?? 0) <= ingestion,
  );
  return taken.map(([offset]) => Number(offset));
}

/** Leaves objects of which some timesteps cannot be fetched again: only a person can say that they are right. */
export function leaveUnproven(
  { ingestions, log }: RepairContext,
  { chunk, record }: ChunkCheck,
): Progress | undefined {
  const count = ingestedUntil(record, ingestions).length;
  const detail = `nothing proves the values of ${count} timesteps, and not all of them can be fetched again; --adopt believes them`;
  log.leave("adopt", "objects", detail, chunk);
  return record.lease ? "done" : undefined;
}

export function sayAdopted(
  { ingestions, log }: RepairContext,
  { chunk, record }: Pick<ChunkCheck, "chunk" | "record">,
): void {
  const count = ingestedUntil(record, ingestions).length;
  log.did("adopt", "objects", `nothing proves the values of ${count} timesteps`, chunk);
}

/** What was copied from objects that nothing proved is not proven by that: a person believes it, or it stays in doubt. */
export async function resolveDoubt(
  context: RepairContext,
  look: ChunkCheck,
  signal: AbortSignal,
): Promise<void> {
  const { wiring, options, ingestions } = context;
  const { chunk } = look;
  const names = unprovenArrays(look);
  const found = await readRecord(wiring, chunkRecordKey(wiring.dataset.id, chunk), signal);
  if (names.length === 0 || found.state !== "there") return;
  const { record } = found.found;
  const isProven = names.some((name) => record.generations[name] !== look.record.generations[name]);
  if (!isProven || ingestedUntil(record, ingestions).length === 0) return;
  if (options.adopt) sayAdopted(context, { chunk, record });
  else await doubtObjects(wiring, chunk, names, signal);
}
