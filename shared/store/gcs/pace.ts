import { pause, unlessAborted } from "../../waiting.ts";
import type { PutResult } from "../store.ts";

/** Lets the writes of one name follow each other slowly enough, one at a time. */
export interface Pace {
  /** Runs `write` in its turn. Rejects with the signal's reason where that is aborted before. */
  inTurn(name: string, signal: AbortSignal, write: () => Promise<PutResult>): Promise<PutResult>;
}

/**
 * From the end of one write of a name to the next of the same pass `everyMs`; 0 for no limit and no turns. A refused write
 * does not count. The last `namesMax` names are remembered.
 */
export function createPace(everyMs: number, namesMax: number, now: () => number): Pace {
  const writtenAt = new Map<string, number>();
  const turns = new Map<string, Promise<void>>();

  function remember(name: string): void {
    writtenAt.delete(name);
    writtenAt.set(name, now());
    for (const oldest of writtenAt.keys()) {
      if (writtenAt.size <= namesMax) break;
      writtenAt.delete(oldest);
    }
  }

  /** No longer than `everyMs`, though the clock was set back. */
  function untilFreeMs(name: string): number {
    const last = writtenAt.get(name);
    return last === undefined ? 0 : Math.min(everyMs, last + everyMs - now());
  }

  /** Who gives up while another writes leaves its place in the row, so that nobody writes beside that one. */
  async function takeTurn(name: string, done: Promise<void>, signal: AbortSignal): Promise<void> {
    const before = turns.get(name) ?? Promise.resolve();
    const turn = before.then(() => done);
    turns.set(name, turn);
    turn.then(() => turns.get(name) === turn && turns.delete(name));
    await unlessAborted(signal, () => before);
    const freeMs = untilFreeMs(name);
    // A timer can be early by a part of a millisecond.
    if (freeMs > 0) await pause(freeMs + 1, signal);
  }

  return {
    async inTurn(name, signal, write) {
      if (everyMs === 0) return write();
      const { promise: done, resolve: end } = Promise.withResolvers<void>();
      try {
        await takeTurn(name, done, signal);
        let isRefused = false;
        try {
          const result = await write();
          isRefused = result.outcome === "preconditionFailed";
          return result;
        } finally {
          if (!isRefused) remember(name);
        }
      } finally {
        end();
      }
    },
  };
}
