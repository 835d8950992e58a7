import type { Credentials } from "../secrets/auth.ts";

export interface FtpLimits {
  /** Until connected, encrypted and logged in. */
  readonly connectMs: number;
  /** The longest silence of the server while a reply or more of a file is due. */
  readonly idleMs: number;
  /** Until a reply and all that belongs to it have come, however steadily they drip. */
  readonly answerMs: number;
  /** How long an unused connection is kept for the next call. */
  readonly keepMs: number;
  readonly listingBytesMax: number;
  readonly listingFilesMax: number;
  /** Tries of one call, the first included. */
  readonly attemptsMax: number;
  /** The longest wait before the second try; it doubles with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffLongestMs: number;
}

export const ftpLimitsDefault: FtpLimits = {
  connectMs: 20_000,
  idleMs: 30_000,
  answerMs: 600_000,
  keepMs: 15_000,
  listingBytesMax: 16 * 1024 * 1024,
  listingFilesMax: 100_000,
  attemptsMax: 4,
  backoffFirstMs: 500,
  backoffLongestMs: 10_000,
};

export interface FtpOptions {
  /** `ftp://user:password@host:port/path` or `ftps:`, as `parseFtpUrl` reads it. */
  readonly url: string;
  readonly connectionsMax: number;
  /** `basic` is a user and a password, which count where the URL has none. */
  readonly credentials?: Credentials;
  /** Uniform in [0, 1): spreads the tries of many callers. */
  readonly random: () => number;
  readonly limits?: Partial<FtpLimits>;
  readonly tls?: { readonly ca?: string | Buffer; readonly rejectUnauthorized?: boolean };
}
