import { isHeldByOther } from "../ledger/lease.ts";
import { chunkKey, NO_RECORD, type Version } from "../ledger/ledger.ts";
import type { ChunkRecord } from "../ledger/records.ts";
import type { ExtendMessage } from "../queue/queue.ts";
import { isTakenSince } from "./pending.ts";
import type { Wiring } from "./wiring.ts";

/** The batches of one plan on their way to the workers. */
export interface FanOut {
  /** Sends as many as there is room for at this moment. */
  sendNow(): Promise<void>;
  /** Sends the others as earlier ones end. Returns those that are not sent when the plan is late. */
  sendRest(signal: AbortSignal): Promise<readonly ExtendMessage[]>;
}

/** A chunk that somebody works on; one of our own batches has not begun while its record still is of `version`. */
interface InFlight {
  readonly version: Version | undefined;
  readonly sentAt: number;
}

/**
 * Sends batches so that at most `limits.batchesInFlightMax` chunks of the dataset are worked on at once, those that others
 * work on (`leased`) counted. Queues hand out what they have as fast as they can: what was sent too early would be refused
 * again and again, until it counts as undeliverable.
 * That a batch has ended shows in the ledger alone: its chunk's record has changed, and nobody has its lease.
 */
export function createFanOut(
  wiring: Wiring,
  batches: readonly ExtendMessage[],
  leased: Iterable<number>,
): FanOut {
  const { dataset, ledger, queue, limits, now, late } = wiring;
  const waiting = [...batches];
  const inFlight = new Map<number, InFlight>();
  for (const chunk of leased) inFlight.set(chunk, { version: undefined, sentAt: now() });

  async function send(batch: ExtendMessage): Promise<void> {
    const found = await ledger.read(chunkKey(dataset.id, batch.chunk));
    if (isHeld(found?.record)) {
      inFlight.set(batch.chunk, { version: undefined, sentAt: now() });
      return;
    }
    remove(batch);
    // Another plan was quicker, and its worker too.
    if (batch.steps.every(({ offset }) => isTakenSince(found?.record.steps[offset], batch.plannedAt))) return;
    await queue.publish("extend", [batch]);
    inFlight.set(batch.chunk, { version: found?.version ?? NO_RECORD, sentAt: now() });
  }

  async function look(): Promise<void> {
    for (const [chunk, { version, sentAt }] of inFlight) {
      const found = await ledger.read(chunkKey(dataset.id, chunk));
      const isAwaited = (found?.version ?? NO_RECORD) === version && now() - sentAt < limits.batchStartMs;
      if (!isAwaited && !isHeld(found?.record)) inFlight.delete(chunk);
    }
  }

  const isHeld = (record: ChunkRecord | undefined) => isHeldByOther(record?.lease ?? null, "", now());
  const remove = (batch: ExtendMessage) => waiting.splice(waiting.indexOf(batch), 1);

  async function sendNow(): Promise<void> {
    if (limits.batchesInFlightMax === Number.POSITIVE_INFINITY) {
      await queue.publish("extend", waiting.splice(0));
      return;
    }
    for (;;) {
      const next = waiting.find(({ chunk }) => !inFlight.has(chunk));
      if (!next || inFlight.size >= limits.batchesInFlightMax) return;
      await send(next);
    }
  }

  return {
    sendNow,
    async sendRest(signal) {
      while (waiting.length > 0 && !late.aborted) {
        await wiring.wait(limits.batchLookMs, signal);
        await look();
        await sendNow();
      }
      return waiting;
    },
  };
}
