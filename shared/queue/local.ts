import { StorageError } from "../errors.ts";
import type { Queue, Topics } from "./queue.ts";

/** What is done with the messages of each topic; those of a topic without a handler are dropped. */
export type Handlers = {
  readonly [Topic in keyof Topics]?: (message: Topics[Topic], signal: AbortSignal) => Promise<void>;
};

export interface LocalQueue extends Queue {
  /**
   * Hands out messages, the oldest first, at most `workersMax` at once, until none is left and no handler works.
   * When a handler throws, no more are handed out: those at work are awaited, the rest is dropped, the error is thrown.
   */
  run(handlers: Handlers, workersMax: number, signal: AbortSignal): Promise<void>;
}

/** A queue inside one process. Messages in it are lost with the process, as messages may be. */
export function createLocalQueue(messagesMax: number): LocalQueue {
  const waiting: { topic: keyof Topics; message: Topics[keyof Topics] }[] = [];
  let wake: (() => void) | undefined;

  return {
    async publish(topic, messages, signal) {
      signal.throwIfAborted();
      if (waiting.length + messages.length > messagesMax) {
        throw new StorageError("publish", topic, `the queue holds at most ${messagesMax} messages`);
      }
      waiting.push(...messages.map((message) => ({ topic, message })));
      wake?.();
    },

    async run(handlers, workersMax, signal) {
      const working = new Set<Promise<void>>();
      let failed: { error: unknown } | undefined;
      const start = ({ topic, message }: (typeof waiting)[number]) => {
        const handler = handlers[topic] as
          | ((message: unknown, signal: AbortSignal) => Promise<void>)
          | undefined;
        if (!handler) return;
        const work: Promise<void> = (async () => handler(message, signal))()
          .catch((error: unknown) => {
            failed ??= { error };
          })
          .finally(() => working.delete(work));
        working.add(work);
      };
      while (waiting.length > 0 || working.size > 0) {
        if (signal.aborted) failed ??= { error: signal.reason };
        if (failed) waiting.length = 0;
        while (waiting.length > 0 && working.size < workersMax)
          start(waiting.shift() as (typeof waiting)[number]);
        const published = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (working.size > 0) await Promise.race([...working, published]);
      }
      wake = undefined;
      if (failed) throw failed.error;
    },
  };
}
