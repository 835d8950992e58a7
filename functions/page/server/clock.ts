/** The server's time, in milliseconds since 1970 UTC: this machine's clock may be wrong. */
export interface Clock {
  /** The instant as of which the provider is judged, and which retries are dated by: the wall clock, except in replays. */
  asOf(): number;
  /** The wall clock, by which commits and ingestions are dated. */
  now(): number;
  /** Sets both from an answer's headers. */
  sync(headers: Headers): void;
}

/** `monotonic` in milliseconds since any instant; `wall` is used until the server has answered. */
export function createClock(monotonic: () => number, wall: () => number): Clock {
  let [asOfZero, nowZero] = [wall() - monotonic(), wall() - monotonic()];
  return {
    asOf: () => asOfZero + monotonic(),
    now: () => nowZero + monotonic(),
    sync(headers) {
      const asOf = Date.parse(headers.get("accrete-as-of") ?? "");
      const now = Date.parse(headers.get("accrete-now") ?? "");
      if (!Number.isNaN(asOf)) asOfZero = asOf - monotonic();
      if (!Number.isNaN(now)) nowZero = now - monotonic();
    },
  };
}
