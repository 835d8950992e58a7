import { decodeFields, encodeFields, type FirestoreFields } from "./firestoreValue.ts";
import type { LedgerKey, Versioned } from "./ledger.ts";
import { recordName } from "./records.ts";
import { recordOf, refuseNewerRecord, storedForm } from "./storedForm.ts";

/** Parts of the interface's messages, all that is read of them. */
export interface Instant {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}
export interface Document {
  readonly name?: string | null;
  readonly fields?: FirestoreFields | null;
  readonly updateTime?: Instant | null;
}

/**
 * A record as it is stored: as it is, with its schema, but for `steps`, which is one JSON text. No question is asked of it, so it takes one
 * index exemption where a map would have every path in it indexed, and it comes back exactly.
 * The write's own id makes each write a change: one that changes nothing would leave the time of update, and so the
 * version, as it was.
 */
export function fieldsOf(record: unknown, writeId: string): FirestoreFields {
  const { steps, ...rest } = storedForm(record as object) as { readonly steps?: unknown };
  return encodeFields({ ...rest, ...(steps ? { steps: JSON.stringify(steps) } : {}), writeId });
}

/** The record of a document, with its version. Throws where it is damaged, or of a newer schema. */
export function versioned<Recorded>(
  key: LedgerKey<Recorded>,
  { fields, updateTime }: Document,
): Versioned<Recorded> {
  const decoded = decodeFields(fields ?? {});
  refuseNewerRecord(recordName(key), decoded);
  const { writeId: _, steps, ...rest } = decoded;
  const stored = steps === undefined ? rest : { ...rest, steps: JSON.parse(String(steps)) };
  return { record: recordOf(recordName(key), stored), version: versionOf(updateTime) };
}

/** The server's time of a record's last change, to the nanosecond. */
export function versionOf(updateTime: Instant | null | undefined): string {
  if (!updateTime) throw new TypeError("the server named no time of update");
  return `${updateTime.seconds}.${String(updateTime.nanos ?? 0).padStart(9, "0")}`;
}

/** The same for a request. */
export function instantOf(version: string) {
  const [seconds = "", nanos] = version.split(".");
  return { seconds, nanos: Number(nanos) };
}
