import { isIP } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Client, type FileInfo, FTPError, parseList } from "basic-ftp";
import { GranuleError, reasonOf, SourceError, type SourceFault, UsageError } from "../errors.ts";
import { unlessAborted } from "../waiting.ts";
import { createPool } from "./connectionPool.ts";
import { listingError, parseListing, refuseTruncated, writableInstant } from "./ftpListing.ts";
import { absolutePath, type FtpAddress, parseFtpUrl, placeOf } from "./ftpUrl.ts";
import { Received } from "./received.ts";
import type { ListedFile, Source } from "./source.ts";

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

export interface FtpSourceOptions {
  /** `ftp://user:password@host:port/path` or `ftps:`, as `parseFtpUrl` reads it. */
  readonly url: string;
  readonly connectionsMax: number;
  /** Uniform in [0, 1): spreads the tries of many callers. */
  readonly random: () => number;
  readonly limits?: Partial<FtpLimits>;
  readonly tls?: { readonly ca?: string | Buffer; readonly rejectUnauthorized?: boolean };
}

/** What RFC 959 and 3659 answer for a path that is not there, and for a command that the server does not have. */
const absentCodes = [550, 551];
const unsupportedCodes = [500, 502, 504];
/** proftpd answers a LIST of a missing directory with 450. */
const absentDirectoryCodes = [450, ...absentCodes];
/** Besides 5xx: an account is asked for, the name or password is wrong. */
const loginRefusedCodes = [332, 430];
const notLoggedInCode = 530;
const closingCode = 421;
/** Of the end of what a server says about one listing. */
const repliesKeptMax = 4096;

/**
 * A `Source` on an FTP server, over at most `connectionsMax` connections; further calls wait, first come, first served.
 * Throws a `UsageError` for options that cannot be used.
 *
 * - A refused or lost connection, a stalled one and a temporary refusal are tried again, with growing waits.
 *   A file then begins again from its first byte: a resumed one could be stitched from two versions.
 * - A transfer that the server calls complete is compared with the size it announced with the transfer (vsftpd and
 *   proftpd do, at no cost), else with SIZE, one round trip more; a server that has neither is believed.
 * - A file is missing when the server says so (550, 551), at once or after a transfer that broke before its first byte.
 * - A missing directory is `undefined` or, where the server makes no difference, empty.
 * - A listing that the server has cut short, and says so, is refused.
 */
export function createFtpSource(options: FtpSourceOptions): Source {
  const address = parseFtpUrl(options.url);
  const limits: FtpLimits = { ...ftpLimitsDefault, ...options.limits };
  if (!Number.isInteger(options.connectionsMax) || options.connectionsMax < 1) {
    throw new UsageError([`connectionsMax ${options.connectionsMax}: must be a whole number, at least 1`]);
  }
  const ended = new AbortController();
  const pool = createPool<Client>(options.connectionsMax, limits.keepMs, {
    open: (place, signal) => connect(address, limits, options.tls, place, signal),
    close: (client) => client.close(),
    isClosed: (client) => client.closed,
    setIdle: ({ ftp }, isIdle) => (isIdle ? ftp.socket.unref() : ftp.socket.ref()),
    bytesRead: ({ ftp }) => ftp.socket.bytesRead,
    saysClosed: (thrown) => isReply(thrown, [closingCode]),
    isReply: (thrown) => thrown instanceof FTPError,
  });
  let hasSize = true;

  async function attempts<T>(
    fault: SourceFault,
    relative: string,
    callerSignal: AbortSignal,
    work: (client: Client, path: string, place: string) => Promise<T>,
  ): Promise<T> {
    const path = absolutePath(address, relative);
    const place = placeOf(address, path);
    const signal = AbortSignal.any([callerSignal, ended.signal]);
    for (let attempt = 1; ; attempt++) {
      try {
        return await pool.use(place, signal, (client) =>
          unlessAborted(AbortSignal.timeout(limits.answerMs), () => work(client, path, place)),
        );
      } catch (thrown) {
        signal.throwIfAborted();
        if (isFinal(thrown) || attempt >= limits.attemptsMax) throw asSourceError(thrown, fault, place);
      }
      const longestMs = Math.min(limits.backoffLongestMs, limits.backoffFirstMs * 2 ** (attempt - 1));
      await wait(longestMs * (0.5 + options.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  return {
    list: (directory, signal) =>
      attempts("listing", directory, signal, async (client, path, place) => {
        client.parseList = (text) => parseListing(text, parseList, place, limits.listingFilesMax);
        try {
          let replies = "";
          const hear = (text: string) => {
            replies = (replies + text).slice(-repliesKeptMax);
          };
          const files = await hearing(client, hear, () => listByOneCommand(client, path));
          refuseTruncated(replies, place);
          return files.map(listedFile);
        } catch (thrown) {
          if (isReply(thrown, absentDirectoryCodes)) return undefined;
          if (thrown instanceof Error && thrown.message.startsWith("StringWriter: Maximum bytes exceeded")) {
            throw listingError(place, `is longer than ${limits.listingBytesMax} bytes`);
          }
          throw thrown;
        }
      }),

    modifiedAt: (path, signal) =>
      attempts("transfer", path, signal, async (client, absolute) => {
        const instant = await modifiedAtOf(client, absolute);
        return instant === "absent" ? undefined : instant;
      }),

    fetch(path, bytesMax, signal) {
      let brokeBeforeFirstByte = false;
      return attempts("transfer", path, signal, async (client, absolute, place) => {
        if (brokeBeforeFirstByte && (await isAbsent(client, absolute))) return undefined;
        const received = new Received(bytesMax, place);
        try {
          const hear = (text: string) => received.hear(text);
          await hearing(client, hear, () => client.downloadTo(received, absolute));
        } catch (thrown) {
          if (isReply(thrown, absentCodes)) return undefined;
          brokeBeforeFirstByte = received.length === 0;
          throw thrown;
        }
        const expected = received.announced() ?? (hasSize ? await sizeOf(client, absolute) : undefined);
        if (expected === undefined) hasSize = false;
        if (expected === "absent") return received.length === 0 ? undefined : received.bytes();
        if (expected !== undefined && expected !== received.length) {
          throw new SourceError("transfer", `${place}: received ${received.length} of ${expected} bytes`);
        }
        return received.bytes();
      });
    },

    async close() {
      ended.abort(
        new SourceError("unreachable", `${placeOf(address, address.basePath)}: the source is closed`),
      );
      pool.close();
    },
  };
}

async function connect(
  address: FtpAddress,
  limits: FtpLimits,
  tls: FtpSourceOptions["tls"],
  place: string,
  signal: AbortSignal,
): Promise<Client> {
  const client = new Client(limits.idleMs, { maxListingBytes: limits.listingBytesMax });
  const deadline = AbortSignal.timeout(limits.connectMs);
  const { host, port, user, password, security } = address;
  const secure = security === "implicit" ? security : security === "explicit";
  // A server name is never an IP address (RFC 6066).
  const secureOptions = { ...tls, ...(isIP(host) === 0 && { servername: host }) };
  try {
    await unlessAborted(AbortSignal.any([signal, deadline]), () =>
      client.access({ host, port, user, password, secure, secureOptions }),
    );
  } catch (thrown) {
    client.close();
    signal.throwIfAborted();
    const reason = deadline.aborted ? `no login within ${limits.connectMs} ms` : explained(thrown, password);
    const isRefused =
      thrown instanceof FTPError && (thrown.code >= 500 || loginRefusedCodes.includes(thrown.code));
    throw new SourceError(isRefused ? "refused" : "unreachable", `${place}: ${reason}`);
  }
  // One form of listing for each server, or every date would seem changed. "LIST -a" lists nothing on some servers.
  client.availableListCommands = client.availableListCommands.includes("MLSD") ? ["MLSD"] : ["LIST"];
  return client;
}

/** Some servers name MLST among their features and yet refuse MLSD. */
async function listByOneCommand(client: Client, path: string): Promise<FileInfo[]> {
  try {
    return await client.list(path);
  } catch (thrown) {
    if (client.availableListCommands[0] === "LIST" || !isReply(thrown, unsupportedCodes)) throw thrown;
    client.availableListCommands = ["LIST"];
    return client.list(path);
  }
}

function listedFile(file: FileInfo): ListedFile {
  const listed = { name: file.name, sizeBytes: file.size, listedDate: file.rawModifiedAt };
  const modifiedAt = writableInstant(file.modifiedAt?.getTime());
  return modifiedAt === undefined ? listed : { ...listed, modifiedAt };
}

/** Tells `hear` what the server says while `work` goes on. */
async function hearing<T>(client: Client, hear: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const control = client.ftp.socket;
  control.on("data", hear);
  try {
    return await work();
  } finally {
    control.off("data", hear);
  }
}

/** `undefined` where the server cannot say. */
async function sizeOf(client: Client, path: string): Promise<number | "absent" | undefined> {
  return unlessRefused(() => client.size(path));
}

/** In milliseconds since 1970 UTC; `undefined` where the server cannot say. */
async function modifiedAtOf(client: Client, path: string): Promise<number | "absent" | undefined> {
  return unlessRefused(async () => {
    const { message } = await client.send(`MDTM ${path}`);
    const found = /^213 (\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\.\d+)?)/.exec(message);
    if (found === null) return undefined;
    const [, year, month, day, hour, minute, second] = found;
    return writableInstant(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`));
  });
}

async function isAbsent(client: Client, path: string): Promise<boolean> {
  const size = await sizeOf(client, path);
  return size === "absent" || (size === undefined && (await modifiedAtOf(client, path)) === "absent");
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | "absent" | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (isReply(thrown, absentCodes)) return "absent";
    if (thrown instanceof FTPError && thrown.code >= 500 && thrown.code !== notLoggedInCode) return undefined;
    throw thrown;
  }
}

function isReply(thrown: unknown, codes: readonly number[]): boolean {
  return thrown instanceof FTPError && codes.includes(thrown.code);
}

/** Whether another try would end the same way. */
function isFinal(thrown: unknown): boolean {
  if (thrown instanceof SourceError) return thrown.fault === "refused" || thrown.fault === "listing";
  return thrown instanceof GranuleError || (thrown instanceof FTPError && thrown.code >= 500);
}

function asSourceError(thrown: unknown, fault: SourceFault, place: string): unknown {
  if (thrown instanceof SourceError || thrown instanceof GranuleError) return thrown;
  const isRefused = isReply(thrown, [notLoggedInCode]);
  return new SourceError(isRefused ? "refused" : fault, `${place}: ${explained(thrown)}`, { cause: thrown });
}

/** The reason, with the system's code where the message is silent about it (as for a name with several addresses). */
function explained(thrown: unknown, password = ""): string {
  const said = reasonOf(thrown, Number.POSITIVE_INFINITY).trim();
  // A server may repeat what it was sent.
  const reason = reasonOf(password === "" ? said : said.replaceAll(password, "***"));
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" && /^[A-Z]/.test(code) && !reason.includes(code)
    ? `${code} ${reason}`
    : reason;
}
