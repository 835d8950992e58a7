import { reasonOf, StorageError } from "../../errors.ts";
import { chunkRecordKey, datasetRecordKey, type LedgerKey, type Versioned } from "../../ledger/ledger.ts";
import { datasetRecordFaults } from "../../ledger/recordSchema.ts";
import { removalText } from "../../ledger/removal.ts";
import type { Wiring } from "../../pipeline/wiring.ts";

/** A chunk that no dataset has: whoever answers for it can be reached. */
const nowhere = 99_999_999;
const recordsPerPage = 64;

type LedgerWiring = Pick<Wiring, "descriptor" | "ledger">;

export type FoundRecord<Recorded> =
  | { readonly state: "there"; readonly found: Versioned<Recorded> }
  | { readonly state: "gone" }
  /** The ledger answers, but not for this record. */
  | { readonly state: "unreadable"; readonly reason: string };

/** Reads one record, damaged or not. Throws a `StorageError` only where the ledger itself cannot be read. */
export async function readRecord<Recorded>(
  { descriptor, ledger }: LedgerWiring,
  key: LedgerKey<Recorded>,
  signal: AbortSignal,
): Promise<FoundRecord<Recorded>> {
  try {
    const found = await ledger.read(key, signal);
    return found ? { state: "there", found } : { state: "gone" };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    await ledger.read(chunkRecordKey(descriptor.id, nowhere), signal);
    return { state: "unreadable", reason: reasonOf(error) };
  }
}

/** That somebody removes the dataset, in words; `undefined` where nobody does, or its record is damaged. */
export async function readRemoval(wiring: LedgerWiring, signal: AbortSignal): Promise<string | undefined> {
  const { id } = wiring.descriptor;
  const read = await readRecord(wiring, datasetRecordKey(id), signal);
  if (read.state !== "there" || datasetRecordFaults(read.found.record).length > 0) return undefined;
  return removalText(id, read.found.record);
}

/**
 * The chunks that the ledger has records of, page by page. A page with a record that cannot be read ends the list: whoever
 * asks for chunks that are told of elsewhere meets that record all the same.
 */
export async function ledgerChunks(
  { descriptor, ledger }: LedgerWiring,
  signal: AbortSignal,
): Promise<number[]> {
  const chunks: number[] = [];
  for (let next = 0; next < nowhere; ) {
    const page = await unlessUnreadable(
      { descriptor, ledger },
      ledger.window(descriptor.id, next, nowhere, recordsPerPage, signal),
      [],
      signal,
    );
    const found = page.map(({ record }) => record.chunk).filter((chunk) => chunk >= next && chunk < nowhere);
    chunks.push(...found);
    if (page.length < recordsPerPage || found.length === 0) break;
    next = Math.max(...found) + 1;
  }
  return chunks;
}

/** Whether the ledger holds what readers have not been told. */
export async function holdsUnpublished(
  { descriptor, ledger }: LedgerWiring,
  signal: AbortSignal,
): Promise<boolean> {
  const asking = ledger.uncommitted(descriptor.id, 1, signal);
  return (await unlessUnreadable({ descriptor, ledger }, asking, [], signal)).length > 0;
}

/** What a question comes to; `otherwise` where the ledger answers, but a record among those asked for cannot be read. */
export async function unlessUnreadable<Found, Otherwise>(
  { descriptor, ledger }: LedgerWiring,
  asking: Promise<Found>,
  otherwise: Otherwise,
  signal: AbortSignal,
): Promise<Found | Otherwise> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    await ledger.read(chunkRecordKey(descriptor.id, nowhere), signal);
    return otherwise;
  }
}
