import { createMemoryLedger } from "../../../shared/ledger/memory.ts";
import { ledgerContract } from "./contract.ts";

ledgerContract("memory", async () => ({ ledger: createMemoryLedger(), stop: async () => {} }));
