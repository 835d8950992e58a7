export interface HttpLimits {
  /** Until connected and encrypted. */
  readonly connectMs: number;
  /** The longest silence while an answer or more of its body is due. */
  readonly idleMs: number;
  /** Until an answer has come whole, however steadily it drips. */
  readonly answerMs: number;
  /** How long an unused connection is kept for the next call. */
  readonly keepMs: number;
  /** Of an answer's status and headers. */
  readonly headersBytesMax: number;
  readonly redirectsMax: number;
  /** Of a body that nobody wants: as much is read so that its connection can be used again. */
  readonly discardBytesMax: number;
  readonly cookiesMax: number;
  /** Of one cookie's name and value. */
  readonly cookieCharactersMax: number;
  /** Tries of one call, the first included. */
  readonly attemptsMax: number;
  /** The longest wait before the second try; it doubles with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffLongestMs: number;
  /** The longest wait that a server may ask for (Retry-After) before a call is given up. */
  readonly retryAfterLongestMs: number;
}

export const httpLimitsDefault: HttpLimits = {
  connectMs: 20_000,
  idleMs: 30_000,
  answerMs: 600_000,
  keepMs: 15_000,
  headersBytesMax: 64 * 1024,
  redirectsMax: 5,
  discardBytesMax: 64 * 1024,
  cookiesMax: 100,
  cookieCharactersMax: 4096,
  attemptsMax: 4,
  backoffFirstMs: 500,
  backoffLongestMs: 10_000,
  retryAfterLongestMs: 60_000,
};
