import { hasGranules } from "../../archive/chunkObjects.ts";
import { chunkKey } from "../../ledger/ledger.ts";
import type { ChunkRecord } from "../../ledger/records.ts";
import type { ChunkLook } from "../checks/chunkLook.ts";
import { readRecord } from "../evidence/ledgerRecords.ts";
import type { Patient, Progress } from "./patient.ts";
import { doubtObjects } from "./underLease.ts";

/** The arrays whose objects have to be there and are not the ones that were recorded. */
export function unprovenArrays(look: ChunkLook): string[] {
  if (!hasGranules(look.record)) return [];
  return [...look.objects].filter(([, { state }]) => state === "unproven").map(([name]) => name);
}

/** The offsets of a record's steps whose granules came by no later ingestion of the chunk than that one. */
export function takenUntil({ steps }: ChunkRecord, ingestion = Number.POSITIVE_INFINITY): number[] {
  const taken = Object.entries(steps).filter(
    ([, { granule }]) => granule && (granule.ingestion ?? 0) <= ingestion,
  );
  return taken.map(([offset]) => Number(offset));
}

/** Leaves objects of which some timesteps cannot be had again: only a person can say that they are right. */
export function leaveUnproven(
  { ingestions, log }: Patient,
  { chunk, record }: ChunkLook,
): Progress | undefined {
  const count = takenUntil(record, ingestions).length;
  const detail = `nothing proves the values of ${count} timesteps, and not all of them can be had again; --adopt believes them`;
  log.leave("adopt", "objects", detail, chunk);
  return record.lease ? "done" : undefined;
}

export function sayAdopted(
  { ingestions, log }: Patient,
  { chunk, record }: Pick<ChunkLook, "chunk" | "record">,
): void {
  const count = takenUntil(record, ingestions).length;
  log.did("adopt", "objects", `nothing proves the values of ${count} timesteps`, chunk);
}

/** What was copied from objects that nothing proved is not proven by that: a person believes it, or it stays in doubt. */
export async function settleDoubt(patient: Patient, look: ChunkLook, signal: AbortSignal): Promise<void> {
  const { wiring, options, ingestions } = patient;
  const { chunk } = look;
  const names = unprovenArrays(look);
  const found = await readRecord(wiring, chunkKey(wiring.dataset.id, chunk), signal);
  if (names.length === 0 || found.state !== "there") return;
  const { record } = found.found;
  const isProven = names.some((name) => record.generations[name] !== look.record.generations[name]);
  if (!isProven || takenUntil(record, ingestions).length === 0) return;
  if (options.adopt) sayAdopted(patient, { chunk, record });
  else await doubtObjects(wiring, chunk, names, signal);
}
