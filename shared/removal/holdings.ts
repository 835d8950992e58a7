import { datasetRecordKey } from "../ledger/ledger.ts";
import { datasetRecordFaults } from "../ledger/recordSchema.ts";
import { prefixesOf, type RemovalWiring } from "./deletions.ts";

/** What would be removed. */
export interface Holdings {
  /** Timesteps that readers see, as the ledger knows; `undefined` where it does not. */
  readonly length: number | undefined;
  readonly objects: number;
  readonly records: number;
  /** Since when it is being removed, in milliseconds since 1970 UTC. */
  readonly removedSince: number | undefined;
}

const recordsPerPage = 32;

/**
 * Looks at all that there is of a dataset, by its keys, whatever they hold; `undefined` if there is nothing. Writes nothing.
 * Throws a `NewerSchemaError` or `StorageError` where a record cannot be read: then it could not be removed either.
 */
export async function readHoldings(
  {
    descriptor: { id },
    store,
    ledger: { unchecked: ledger },
  }: Pick<RemovalWiring, "descriptor" | "store" | "ledger">,
  signal: AbortSignal,
): Promise<Holdings | undefined> {
  const found = await ledger.read(datasetRecordKey(id), signal);
  const record = found && datasetRecordFaults(found.record).length === 0 ? found.record : undefined;
  let objects = 0;
  for (const prefix of prefixesOf(id)) objects += (await store.list(prefix, signal)).length;
  let records = found ? 1 : 0;
  for (let next = 0; ; ) {
    const page = await ledger.window(id, next, Number.MAX_SAFE_INTEGER, recordsPerPage, signal);
    records += page.length;
    if (page.length < recordsPerPage) break;
    next = Math.max(...page.map(({ record: { chunk } }) => chunk)) + 1;
  }
  if (objects + records === 0) return undefined;
  return { length: record?.length, objects, records, removedSince: record?.removal?.at };
}
