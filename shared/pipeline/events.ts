import type { GranuleFault } from "../errors.ts";
import type { StepRecord } from "../ledger/records.ts";
import type { Matching } from "./matching.ts";

/** What happens, for whoever watches or logs. Instants are milliseconds since 1970 UTC. */
export type PipelineEvent =
  | { readonly event: "created"; readonly dataset: string; readonly start: number }
  | (Matching & {
      readonly event: "planned";
      readonly dataset: string;
      readonly batches: number;
      /** Files to ingest, and the timesteps that they are wanted for. */
      readonly granules: number;
      readonly timesteps: number;
      /** Of those files whose size is listed, and how many are not among them. */
      readonly bytes: number;
      readonly unsized: number;
      /** Chunks left out because somebody works on them, and when the first of these leases ends. */
      readonly leased: number;
      readonly leasedUntil: number | undefined;
      /** Gaps that this plan resolved as missing. */
      readonly settled: number;
      readonly continues: boolean;
      /** Nothing is sent: another plan of the usual window is under way. */
      readonly isLeft: boolean;
    })
  /** Granules should be there, and none of those that were looked for is: what was there instead; or a base URL cannot be asked, or some have no path. */
  | { readonly event: "unmatched"; readonly dataset: string; readonly reason: string }
  /** What was to be compared holds no timestep: from when until when, and when the next is expected. */
  | { readonly event: "emptyWindow"; readonly dataset: string; readonly reason: string }
  /** A plan goes on in another one, which begins there. */
  | { readonly event: "continued"; readonly dataset: string; readonly from: number; readonly to: number }
  /**
   * A run on one machine can only wait: for the provider's `listing`; for `others`, whose lease ends at that instant if they do
   * not prolong it; for its `nextLook`.
   */
  | {
      readonly event: "waiting";
      readonly dataset: string;
      readonly waitsFor: "listing" | "others" | "nextLook";
      readonly until: number | undefined;
    }
  /** A chunk with a step due for another try, whose place at the provider cannot be looked at now. */
  | { readonly event: "skipped"; readonly dataset: string; readonly chunk: number; readonly reason: string }
  /** One file that was taken in. `times` are the timesteps that it was wanted for, at least one, in order. */
  | {
      readonly event: "granule";
      readonly dataset: string;
      readonly times: readonly number[];
      readonly path: string;
      readonly bytes: number;
    }
  | {
      /** One file, or what of it could not be ingested. */
      readonly event: "granuleFailed";
      readonly dataset: string;
      readonly times: readonly number[];
      /** `present` where an older granule's values stand, `pending` where the file may still be being written. */
      readonly status: StepRecord["status"];
      readonly path: string;
      readonly fault: GranuleFault;
      readonly reason: string;
      readonly attempts: number;
      readonly nextTryAt: number;
    }
  | {
      readonly event: "batch";
      readonly dataset: string;
      readonly chunk: number;
      /** `leased`: somebody else works on the chunk, nothing was done. */
      readonly outcome: "extended" | "leased";
      /** Timesteps, as are those that failed. */
      readonly taken: number;
      readonly failed: number;
      /** Timesteps that time ran out for. */
      readonly left: number;
    }
  /** A commit that the listeners could not be told of. */
  | {
      readonly event: "unheard";
      readonly dataset: string;
      readonly commitSeq: number;
      readonly reason: string;
    }
  /** A status of a newer build's: commits leave it as it is. */
  | { readonly event: "statusLeft"; readonly dataset: string; readonly reason: string }
  | {
      readonly event: "committed";
      readonly dataset: string;
      readonly length: number;
      readonly commitSeq: number;
      readonly validThrough: number | undefined;
      readonly gaps: number;
    };
