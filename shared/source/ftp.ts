import { isIP } from "node:net";
import { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { Client, type FileInfo, FileType, FTPError, parseList } from "basic-ftp";
import { GranuleError, reasonOf, SourceError, type SourceFault, UsageError } from "../errors.ts";
import { absolutePath, type FtpAddress, parseFtpUrl, placeOf } from "./ftpUrl.ts";
import type { ListedFile, Source } from "./source.ts";

export interface FtpLimits {
  /** Until connected, encrypted and logged in. */
  readonly connectMs: number;
  /** The longest silence of the server while a reply or more of a file is due. */
  readonly idleMs: number;
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
 */
export function createFtpSource(options: FtpSourceOptions): Source {
  const address = parseFtpUrl(options.url);
  const limits: FtpLimits = { ...ftpLimitsDefault, ...options.limits };
  if (!Number.isInteger(options.connectionsMax) || options.connectionsMax < 1) {
    throw new UsageError([`connectionsMax ${options.connectionsMax}: must be a whole number, at least 1`]);
  }
  const ended = new AbortController();
  const pool = createPool(options.connectionsMax, limits.keepMs, (place, signal) =>
    connect(address, limits, options.tls, place, signal),
  );
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
        return await pool.use(place, signal, (client) => work(client, path, place));
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
        client.parseList = (text) => parseListing(text, place, limits.listingFilesMax);
        try {
          return (await listByOneCommand(client, path)).map(listedFile);
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
          await download(client, absolute, received);
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

interface Pool {
  /** Runs `work` on a connection of its own. Where `work` fails or is aborted, the connection is closed at once. */
  use<T>(place: string, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>;
  close(): void;
}

function createPool(
  connectionsMax: number,
  keepMs: number,
  open: (place: string, signal: AbortSignal) => Promise<Client>,
): Pool {
  /** The last one used is on top. Those that were closed meanwhile are passed over when one is taken. */
  const kept: { readonly client: Client; readonly timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let free = connectionsMax;
  let isClosed = false;

  async function takeTurn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free--;
      return;
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
  }

  function passTurn(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  function keep(client: Client): void {
    if (isClosed) {
      client.close();
      return;
    }
    // Neither the timer nor an unused socket may hold up the end of the process.
    client.ftp.socket.unref();
    const timer = setTimeout(() => client.close(), keepMs).unref();
    kept.push({ client, timer });
  }

  function takeKept(): Client | undefined {
    for (let last = kept.pop(); last !== undefined; last = kept.pop()) {
      clearTimeout(last.timer);
      if (last.client.closed) continue;
      last.client.ftp.socket.ref();
      return last.client;
    }
    return undefined;
  }

  async function run<T>(
    client: Client,
    signal: AbortSignal,
    work: (client: Client) => Promise<T>,
  ): Promise<T> {
    try {
      const result = await unlessAborted(signal, () => work(client));
      keep(client);
      return result;
    } catch (thrown) {
      client.close();
      throw thrown;
    }
  }

  return {
    async use(place, signal, work) {
      await takeTurn(signal);
      try {
        const client = takeKept();
        if (client !== undefined) {
          const bytesBefore = client.ftp.socket.bytesRead;
          try {
            return await run(client, signal, work);
          } catch (thrown) {
            // The server had ended the connection meanwhile: nothing was tried yet, so this is no failed attempt.
            const isStale =
              thrown instanceof FTPError
                ? thrown.code === closingCode
                : client.ftp.socket.bytesRead === bytesBefore;
            if (signal.aborted || !isStale) throw thrown;
          }
        }
        return await run(await open(place, signal), signal, work);
      } finally {
        passTurn();
      }
    },
    close() {
      isClosed = true;
      for (let client = takeKept(); client !== undefined; client = takeKept()) client.close();
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

/** Rejects with the signal's reason as soon as that is aborted; it is for the caller to end what `work` had begun. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
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

/** Every line has to be understood: a file that is overlooked would be taken for missing. */
function parseListing(text: string, place: string, filesMax: number): FileInfo[] {
  const files: FileInfo[] = [];
  for (const line of text.split(/\r?\n/)) {
    const entry = parseLine(line, place);
    if (entry?.isFile && isPlainName(entry.name)) files.push(entry);
    if (files.length > filesMax) throw listingError(place, `names more than ${filesMax} files`);
  }
  return files;
}

/** `undefined` for what names no file: a blank line, a total, the directory itself, a device. */
function parseLine(line: string, place: string): FileInfo | undefined {
  if (/^[bc][r-][w-]/.test(line)) return undefined;
  const malformed = () =>
    listingError(place, `has a line of unknown form: ${JSON.stringify(line.slice(0, 80))}`);
  let entry: FileInfo | undefined;
  try {
    entry = parseList(line)[0];
  } catch {
    throw malformed();
  }
  // To basic-ftp, whatever begins with a space is the name of an MLSD entry without facts.
  if (entry?.type === FileType.Unknown && line.startsWith(" ")) throw malformed();
  if (entry?.isFile && !(Number.isSafeInteger(entry.size) && entry.size >= 0)) throw malformed();
  return entry;
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\p{Cc}]/u.test(name);
}

function listedFile(file: FileInfo): ListedFile {
  const listed = { name: file.name, sizeBytes: file.size, listedDate: file.rawModifiedAt };
  return file.modifiedAt === undefined ? listed : { ...listed, modifiedAt: file.modifiedAt.getTime() };
}

/** Holds what arrives, in one allocation where the server announces the size. */
class Received extends Writable {
  length = 0;
  /** What the server said while the file was transferred. */
  replies = "";
  readonly #bytesMax: number;
  readonly #place: string;
  #buffer = new Uint8Array(0);

  constructor(bytesMax: number, place: string) {
    super();
    this.#bytesMax = bytesMax;
    this.#place = place;
  }

  /** From a reply such as `150 Opening BINARY mode data connection for a.bin (1234 bytes).` */
  announced(): number | undefined {
    const bytes = /^1\d\d .*\((\d+) bytes\)\.?\s*$/m.exec(this.replies)?.[1];
    return bytes === undefined ? undefined : Number(bytes);
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    const length = this.length + chunk.length;
    const announced = this.announced() ?? 0;
    if (Math.max(length, announced) > this.#bytesMax) {
      done(new GranuleError("tooLarge", `${this.#place}: is larger than ${this.#bytesMax} bytes`));
      return;
    }
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(
        Math.min(this.#bytesMax, Math.max(announced, length, this.#buffer.length * 2)),
      );
      grown.set(this.#buffer.subarray(0, this.length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.length);
    this.length = length;
    done();
  }

  bytes(): Uint8Array {
    return this.length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.length);
  }
}

async function download(client: Client, path: string, received: Received): Promise<void> {
  const control = client.ftp.socket;
  const listen = (text: string) => {
    received.replies = (received.replies + text).slice(0, repliesKeptMax);
  };
  control.on("data", listen);
  try {
    await client.downloadTo(received, path);
  } finally {
    control.off("data", listen);
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
    const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(instant) ? undefined : instant;
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

function listingError(place: string, fault: string): SourceError {
  return new SourceError("listing", `${place}: the listing ${fault}`);
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
