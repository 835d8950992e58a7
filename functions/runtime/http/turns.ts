import { unlessAborted } from "../../../shared/waiting.ts";

export interface Turns {
  /** Waits for a turn, and answers with what gives it back. Rejects with the signal's reason where that is aborted before. */
  take(signal: AbortSignal): Promise<() => void>;
}

/** Lets so many be at work at once; the others wait in the order in which they came. */
export function createTurns(most: number): Turns {
  const waiting = new Set<() => void>();
  let free = most;

  function release(): void {
    const [next] = waiting;
    if (!next) {
      free++;
      return;
    }
    waiting.delete(next);
    next();
  }

  async function wait(signal: AbortSignal): Promise<void> {
    const { promise: called, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    try {
      await unlessAborted(signal, () => called);
    } catch (error) {
      // Who was called just then passes its turn on.
      if (!waiting.delete(resolve)) release();
      throw error;
    }
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) free--;
      else await wait(signal);
      return release;
    },
  };
}
