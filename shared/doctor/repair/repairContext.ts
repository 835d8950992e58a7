import type { Provider } from "../checks/provider.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { RepairLog } from "./log.ts";
import type { RepairWiring } from "./underLease.ts";

export interface RepairOptions {
  /** Believe objects that decode, instead of taking their granules in again or, where some are not to be had, leaving them. */
  readonly adopt: boolean;
}

/** What one mending of a chunk works with, and what it has tried. */
export interface RepairContext {
  readonly wiring: RepairWiring;
  readonly evidence: Evidence;
  readonly provider: Provider;
  /** Ledger and provenance know nothing at all: they were lost, and what they do not tell of is no stray. */
  readonly isLedgerLost: boolean;
  readonly options: RepairOptions;
  readonly log: RepairLog;
  /** Offsets whose granules were asked for. */
  readonly tried: Set<number>;
  /** Offsets whose values were wrong, and are fill until their granules are ingested again. */
  readonly condemned: Set<number>;
  /** Ingestions of the chunk when the mending began; `undefined` until it has been looked at. */
  ingestions: number | undefined;
  /** Whether the chunk was to be made anew. */
  isRemade: boolean;
}

/** `again`: something was done, look again; `done`: there is nothing to do, or nothing that can be done. */
export type Progress = "again" | "done";
