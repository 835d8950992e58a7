/*
 * What `accrete-zarr/testing` gives: the contract suites of the ports, for tests of one's own adapters under `node --test`.
 */
export type { ServedFile } from "../../shared/testing/files.ts";
export { formatContract, type KnownGranule, type StartedFormat } from "../../shared/testing/format.ts";
export { ledgerContract, type StartedLedger } from "../../shared/testing/ledger.ts";
export { queueContract, type StartedQueue } from "../../shared/testing/queue.ts";
export { type StartedSource, sourceContract } from "../../shared/testing/source.ts";
export { type StartedStore, storeContract } from "../../shared/testing/store.ts";
