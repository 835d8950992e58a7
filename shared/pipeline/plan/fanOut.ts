import { isHeldByOther } from "../../ledger/lease.ts";
import { chunkRecordKey } from "../../ledger/ledger.ts";
import type { ChunkRecord } from "../../ledger/records.ts";
import type { ExtendMessage } from "../../queue/queue.ts";
import type { Wiring } from "../wiring.ts";
import { isIngestedSince } from "./pending.ts";

/**
 * Sends batches so that at most `limits.batchesInFlightMax` chunks of the dataset are worked on at once, those that other
 * plans sent counted as soon as they are begun. Queues hand out what they have as fast as they can: what was sent too early
 * would be refused again and again, until it counts as undeliverable.
 *
 * In flight are the chunks that somebody holds, and batches of our own that nobody has begun: their records are as they
 * were when they were sent. One that nobody begins for `limits.batchStartMs` counts as lost; a later plan finds it pending.
 * Returns the batches that are not sent when the plan is late.
 */
export async function fanOut(
  wiring: Wiring,
  batches: readonly ExtendMessage[],
  signal: AbortSignal,
): Promise<readonly ExtendMessage[]> {
  const { descriptor, ledger, queue, limits, now, late } = wiring;
  if (limits.batchesInFlightMax === Number.POSITIVE_INFINITY) {
    await queue.publish("extend", batches, signal);
    return [];
  }
  const waiting = [...batches];
  const sent = new Map<number, { readonly state: string; readonly sentAt: number }>();

  const stateOf = (record: ChunkRecord | undefined) =>
    JSON.stringify([record?.steps ?? {}, record?.lease ?? null]);
  const recordOf = async (chunk: number) =>
    (await ledger.read(chunkRecordKey(descriptor.id, chunk), signal))?.record;

  async function inFlight(): Promise<Set<number>> {
    const held = await ledger.leased(descriptor.id, now(), limits.batchesInFlightMax, signal);
    const working = held.filter(({ record }) => isHeldByOther(record.lease, "", now()));
    const chunks = new Set(working.map(({ record }) => record.chunk));
    for (const [chunk, { state, sentAt }] of sent) {
      const isAwaited =
        !chunks.has(chunk) &&
        now() - sentAt < limits.batchStartMs &&
        stateOf(await recordOf(chunk)) === state;
      if (isAwaited) chunks.add(chunk);
      else sent.delete(chunk);
    }
    return chunks;
  }

  /** Returns whether the batch's chunk is in flight now. */
  async function send(batch: ExtendMessage): Promise<boolean> {
    const { chunk, ingestions, steps } = batch;
    const record = await recordOf(chunk);
    if (isHeldByOther(record?.lease ?? null, "", now())) return true;
    waiting.splice(waiting.indexOf(batch), 1);
    // Another plan was quicker, and its worker too.
    const isTaken = steps.every(({ offset }) => isIngestedSince(record?.steps[offset], ingestions));
    if (isTaken && steps.length > 0) return false;
    await queue.publish("extend", [batch], signal);
    sent.set(chunk, { state: stateOf(record), sentAt: now() });
    return true;
  }

  async function sendFitting(): Promise<void> {
    const chunks = await inFlight();
    for (const batch of waiting.filter(({ chunk }) => !chunks.has(chunk))) {
      if (chunks.size >= limits.batchesInFlightMax) return;
      if (await send(batch)) chunks.add(batch.chunk);
    }
  }

  while (waiting.length > 0) {
    await sendFitting();
    if (waiting.length === 0 || late.aborted) break;
    await wiring.wait(limits.batchLookMs, signal);
  }
  return waiting;
}
