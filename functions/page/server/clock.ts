/** What time it is, in milliseconds since 1970 UTC, by the server's word: this machine's clock may be wrong. */
export interface Clock {
  /** The instant as which the provider is judged, and by which tries are dated: the wall clock, but for replays. */
  asOf(): number;
  /** The wall clock, by which commits are dated, and when granules were taken in. */
  now(): number;
  /** Takes an answer's word for it. */
  heard(headers: Headers): void;
}

/** `monotonic` in milliseconds since any instant; `wall` is asked as long as the server has said nothing. */
export function createClock(monotonic: () => number, wall: () => number): Clock {
  let [asOfZero, nowZero] = [wall() - monotonic(), wall() - monotonic()];
  return {
    asOf: () => asOfZero + monotonic(),
    now: () => nowZero + monotonic(),
    heard(headers) {
      const asOf = Date.parse(headers.get("accrete-as-of") ?? "");
      const now = Date.parse(headers.get("accrete-now") ?? "");
      if (!Number.isNaN(asOf)) asOfZero = asOf - monotonic();
      if (!Number.isNaN(now)) nowZero = now - monotonic();
    },
  };
}
