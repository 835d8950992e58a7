import { createMemoryLedger } from "../../../shared/ledger/memory.ts";
import { ledgerContract } from "../../../shared/testing/ledger.ts";

ledgerContract("memory", async () => ({ ledger: createMemoryLedger(), stop: async () => {} }));
