import { StorageError } from "../errors.ts";
import type { DatasetRecord } from "./records.ts";

/** Why nobody may work on a dataset; `undefined` where somebody may. */
export function removalText(
  id: string,
  record: Pick<DatasetRecord, "removal"> | undefined,
): string | undefined {
  if (!record?.removal) return undefined;
  const since = new Date(record.removal.at);
  const when = Number.isNaN(since.getTime()) ? "" : ` at ${since.toISOString()}`;
  return `somebody began to remove it${when}: \`accrete remove ${id}\` finishes that`;
}

/** Throws a `StorageError` if the dataset is being removed: nobody may put or record anything of it then. */
export function refuseRemoval(operation: string, id: string, record: DatasetRecord | undefined): void {
  const reason = removalText(id, record);
  if (reason !== undefined) throw new StorageError(operation, id, reason);
}
