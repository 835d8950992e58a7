import { reasonOf, SourceError, type SourceFault } from "../../../errors.ts";
import { pause, unlessAborted } from "../../../waiting.ts";
import { Failure, HungUpError } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";

/** A message may name some URLs. */
const reasonCharactersMax = 1000;

export interface TriesOptions {
  readonly limits: HttpLimits;
  readonly random: () => number;
  /** For messages. */
  readonly place: string;
  readonly strike: (text: string) => string;
  readonly fault: SourceFault;
  readonly signal: AbortSignal;
}

/** The tries of one call. */
export interface Tries {
  /**
   * What `work` brings at the first try that does not throw a `Failure`. Throws a `SourceError` where no other try is left, or would
   * help. May be called again: the tries are counted on.
   */
  until<T>(work: () => Promise<T>): Promise<T>;
}

export function createTries({ limits, random, place, strike, fault, signal }: TriesOptions): Tries {
  let [attempt, isHungUp] = [0, true];

  async function again(failure: Failure): Promise<void> {
    attempt++;
    isHungUp &&= failure.isHungUp;
    if (failure.isFinal || attempt >= limits.attemptsMax) {
      const told = attempt > 1 ? `, after ${attempt} tries` : "";
      const message = `${place}: ${reasonOf(strike(failure.message), reasonCharactersMax)}${told}`;
      throw isHungUp ? new HungUpError(fault, message) : new SourceError(failure.fault ?? fault, message);
    }
    const longestMs = Math.min(limits.backoffLongestMs, limits.backoffFirstMs * 2 ** (attempt - 1));
    await pause(Math.max(failure.waitMs ?? 0, longestMs * (0.5 + random() / 2)), signal);
  }

  return {
    async until(work) {
      for (;;) {
        try {
          return await unlessAborted(signal, work);
        } catch (thrown) {
          signal.throwIfAborted();
          if (!(thrown instanceof Failure)) throw thrown;
          await again(thrown);
        }
      }
    },
  };
}
