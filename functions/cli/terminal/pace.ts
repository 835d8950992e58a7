/** How fast something goes, by what came lately. */
export interface TransferPace {
  readonly granulesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Over a longer time a change shows late, over a shorter one the figures jump. */
const windowMs = 20_000;
/** What came in less time says nothing yet. */
const shortestMs = 1000;

/** Measures over a sliding window. Instants are milliseconds of any clock that only goes forward. */
export function createPaceMeter() {
  let begunAt: number | undefined;
  let arrivals: { readonly at: number; readonly bytes: number }[] = [];
  return {
    /** What came before this instant does not count. */
    begin(at: number): void {
      begunAt = at;
      arrivals = [];
    },
    add(at: number, bytes: number): void {
      begunAt ??= at;
      arrivals.push({ at, bytes });
    },
    /** `undefined` where nothing came lately. */
    paceAt(now: number): TransferPace | undefined {
      arrivals = arrivals.filter(({ at }) => at > now - windowMs);
      const seconds = Math.min(windowMs, now - (begunAt ?? now)) / 1000;
      if (arrivals.length === 0 || seconds < shortestMs / 1000) return undefined;
      const bytes = arrivals.reduce((sum, arrival) => sum + arrival.bytes, 0);
      return { granulesPerSecond: arrivals.length / seconds, bytesPerSecond: bytes / seconds };
    },
  };
}
