import type * as v from "valibot";
import type { GranuleIdentity } from "../ledger/records.ts";
import type { extendedSchema } from "./extendedSchema.ts";

/* Between processes a message also carries its `schema`: the adapter adds it, and `messages.ts` looks at it. */

/** Asks for a plan of one dataset. Without `from` and `to` (ISO 8601, UTC) the usual window is planned. */
export interface PlanMessage {
  readonly dataset: string;
  readonly from?: string;
  readonly to?: string;
  /** Ingests again what is already there. */
  readonly force?: boolean;
  /** Of a continuation of the usual window: the name by which the plan that sent it had the turn. */
  readonly turn?: string;
}

/** One pending timestep: its offset in the chunk, and the granule that the provider lists for it. */
export interface BatchStep {
  readonly offset: number;
  readonly granule: GranuleIdentity;
}

/** The pending timesteps of one chunk: one message, one worker run. */
export interface ExtendMessage {
  readonly dataset: string;
  readonly chunk: number;
  /** When the plan began, in milliseconds since 1970 UTC: tells batches apart in a log. Nothing is decided by it. */
  readonly plannedAt: number;
  /** How many ingestions of the chunk the plan knew of: what a later one brought is newer. Absent: all is to be ingested. */
  readonly ingestions?: number;
  /** The id of what asked for the plan, where it is to ingest again what is there. */
  readonly request?: string;
  /** None: the chunk was left in the middle of the work, and is to be cleared of what nobody recorded. */
  readonly steps: readonly BatchStep[];
}

/** Tells whoever listens that readers see more than before. Times are ISO 8601, UTC. */
export type ExtendedEvent = Readonly<Omit<v.InferOutput<typeof extendedSchema>, "schema">>;

export interface Topics {
  readonly plan: PlanMessage;
  readonly extend: ExtendMessage;
  readonly extended: ExtendedEvent;
}

/**
 * Carries messages to whoever works on a topic: at least once, in any order, perhaps late.
 * Nothing may depend on one message arriving.
 */
export interface Queue {
  /**
   * Resolves when all messages are accepted. Throws a `StorageError` when they are not, or when the queue is full; an aborted
   * signal rejects with its reason.
   */
  publish<Topic extends keyof Topics>(
    topic: Topic,
    messages: readonly Topics[Topic][],
    signal: AbortSignal,
  ): Promise<void>;
}
