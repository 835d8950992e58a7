/*
 * What `accrete-zarr/ports` gives: the ports, for authors of adapters. What an adapter has to hold is in the
 * docstrings, and proved by the contract suites of `accrete-zarr/testing`.
 */
export { GranuleError, NewerSchemaError, SourceError, StorageError } from "../../shared/errors.ts";
export type * from "../../shared/format/format.ts";
export type * from "../../shared/ledger/ledger.ts";
export { chunkRecordKey, datasetRecordKey, NO_RECORD } from "../../shared/ledger/ledger.ts";
export type { ChunkRecord, DatasetRecord, Lease, StepRecord } from "../../shared/ledger/records.ts";
export { recordName } from "../../shared/ledger/records.ts";
export { recordOf, storedForm } from "../../shared/ledger/storedForm.ts";
export { sentForm } from "../../shared/queue/messages.ts";
export type * from "../../shared/queue/queue.ts";
export type * from "../../shared/source/source.ts";
export type * from "../../shared/store/store.ts";
export { ABSENT, assertKey, assertPrefix } from "../../shared/store/store.ts";
