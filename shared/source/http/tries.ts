import { reasonOf, SourceError, type SourceFault } from "../../errors.ts";
import { pause } from "../../waiting.ts";
import { Failure, HungUpError } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";

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
  /** Resolves when it is time for another try after what a try threw; throws a `SourceError` where there is none. */
  again(thrown: unknown): Promise<void>;
}

export function createTries({ limits, random, place, strike, fault, signal }: TriesOptions): Tries {
  let [attempt, isHungUp] = [0, true];
  return {
    async again(thrown) {
      if (!(thrown instanceof Failure)) throw thrown;
      attempt++;
      isHungUp &&= thrown.isHungUp;
      if (thrown.isFinal || attempt >= limits.attemptsMax) {
        const told = attempt > 1 ? `, after ${attempt} tries` : "";
        const message = `${place}: ${reasonOf(strike(thrown.message), 1000)}${told}`;
        throw isHungUp ? new HungUpError(fault, message) : new SourceError(thrown.fault ?? fault, message);
      }
      const longestMs = Math.min(limits.backoffLongestMs, limits.backoffFirstMs * 2 ** (attempt - 1));
      await pause(Math.max(thrown.waitMs ?? 0, longestMs * (0.5 + random() / 2)), signal);
    },
  };
}
