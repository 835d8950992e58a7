/** Turns of which there is only a number at once; who comes when all are taken waits, first come, first served. */
export interface Turns {
  /** Resolves when a turn is free, with what ends it. Rejects with the signal's reason where that is aborted before. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createTurns(turnsMax: number): Turns {
  const waiting: (() => void)[] = [];
  let free = turnsMax;

  function pass(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free--;
        return pass;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = () => {
        const place = waiting.indexOf(resolve);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal.reason);
      };
      waiting.push(resolve);
      signal.addEventListener("abort", leave, { once: true });
      await promise.finally(() => signal.removeEventListener("abort", leave));
      return pass;
    },
  };
}
