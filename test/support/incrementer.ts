import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { updateRecord } from "../../shared/ledger/lease.ts";
import { datasetRecordKey } from "../../shared/ledger/ledger.ts";
import { emptyDataset } from "../../shared/ledger/records.ts";
import { createSqliteLedger } from "../../shared/ledger/sqlite.ts";
import { createFilesystemStore } from "../../shared/store/filesystem/filesystemStore.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { countUp } from "../../shared/testing/numberedObject.ts";

/**
 * A process that counts in one object (`store ROOT KEY TIMES`) or in one record (`ledger FILE DATASET TIMES`), and prints a
 * line after each time. TIMES may be Infinity.
 */
const [what, place, name, times] = process.argv.slice(2) as [string, string, string, string];

const counters: Record<string, () => () => Promise<unknown>> = {
  store: () => {
    const store = createFilesystemStore(place, randomUUID);
    return () => countUp(store, name);
  },
  ledger: () => {
    const ledger = createSqliteLedger(place);
    return () =>
      updateRecord(ledger, datasetRecordKey(name), emptyDataset, neverAborted, (record) => ({
        ...record,
        length: record.length + 1,
      }));
  },
};

const count = counters[what]?.();
if (!count) throw new Error(`there is no counter "${what}"`);
for (let done = 0; done < Number(times); done++) {
  await count();
  // At once: what was counted before a kill has been said.
  writeSync(1, "counted\n");
}
