import { type Calls, noCalls } from "../../shared/estimate/calls.ts";
import type { Around } from "./memoryWiring.ts";

/** Calls to store and ledger as a cloud bills them: a question costs a read for each record it finds, one if it finds none. */
export interface Bill {
  readonly calls: Calls;
  readonly around: Around;
}

export function billedCalls(): Bill {
  const calls = { ...noCalls };
  return {
    calls,
    async around({ port, operation }, perform) {
      const result = await perform();
      if (port === "store" && operation === "read") calls.storeReads++;
      else if (port === "store" && operation === "put") calls.storePuts++;
      else if (port === "ledger" && operation === "write") calls.ledgerWrites++;
      else if (port === "ledger") calls.ledgerReads += Array.isArray(result) ? Math.max(1, result.length) : 1;
      return result;
    },
  };
}
