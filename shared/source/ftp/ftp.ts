import { setTimeout as wait } from "node:timers/promises";
import { GranuleError, SourceError, type SourceFault, UsageError } from "../../errors.ts";
import { unlessAborted } from "../../waiting.ts";
import { listingError } from "../listed.ts";
import type { FtpClient, FtpListing } from "./client.ts";
import { connectFtp } from "./connection.ts";
import { createPool } from "./connectionPool.ts";
import { type FtpLimits, type FtpOptions, ftpLimitsDefault } from "./limits.ts";
import { parseListing, refuseTruncated } from "./listing.ts";
import { isAbsent, modifiedAtOf, sizeOf } from "./questions.ts";
import { Received } from "./received.ts";
import {
  type Client,
  closingCode,
  isRefusal,
  isReply,
  notLoggedInCode,
  saysAbsent,
  saysDenied,
} from "./replies.ts";
import { absolutePath, addressedAs, parseFtpUrl, placeOf, secretStriker } from "./url.ts";
import { explained } from "./words.ts";

const unsupportedCodes = [500, 502, 504];
/** What a server may answer for a directory with nothing in it. */
const nothingListedCodes = [450, 550];
const nothingListed = /\bno files?\b|\bempty\b/i;
/** Of the end of what a server says about one listing. */
const repliesKeptMax = 4096;

/**
 * A client of an FTP server, over at most `connectionsMax` connections; further calls wait, first come, first served.
 * Throws a `UsageError` for options that cannot be used.
 *
 * - A refused or lost connection, a stalled one and a temporary refusal are tried again, with growing waits.
 *   A file then begins again from its first byte: a resumed one could be stitched from two versions.
 * - A transfer that the server calls complete is compared with the size it announced with the transfer (vsftpd and
 *   proftpd do, at no cost), else with SIZE, one round trip more; a server that has neither, or says 0 of what came, is
 *   believed.
 * - A file is missing when the server says so (550, 551, and not that it is denied), at once or after a transfer that broke before its first byte.
 * - A missing directory is `undefined`: one that cannot be entered because the server does not find it (the same).
 * - A listing with a line that is not understood or of another directory, or that the server has cut short, and says so, is refused. A link counts as
 *   a file of unknown size, whatever it leads to.
 * - Data goes to the host of the control connection; another that the server names is used only if the URL allows it.
 * - No error shows the password of the URL, also where the server repeats it.
 */
export function createFtpClient(options: FtpOptions): FtpClient {
  const address = addressedAs(parseFtpUrl(options.url), options.credentials);
  const limits: FtpLimits = { ...ftpLimitsDefault, ...options.limits };
  if (!Number.isInteger(options.connectionsMax) || options.connectionsMax < 1) {
    throw new UsageError([`connectionsMax ${options.connectionsMax}: must be a whole number, at least 1`]);
  }
  const strike = secretStriker(address);
  const ended = new AbortController();
  const pool = createPool<Client>(options.connectionsMax, limits.keepMs, {
    open: (place, signal) => connectFtp(address, limits, options.tls, place, signal),
    close: (client) => client.close(),
    isClosed: (client) => client.closed,
    setIdle: ({ ftp }, isIdle) => (isIdle ? ftp.socket.unref() : ftp.socket.ref()),
    bytesRead: ({ ftp }) => ftp.socket.bytesRead,
    saysClosed: (thrown) => isReply(thrown, [closingCode]),
    isReply: (thrown) => isReply(thrown),
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
        if (isFinal(thrown) || attempt >= limits.attemptsMax) throw sourceError(thrown, fault, place);
      }
      const longestMs = Math.min(limits.backoffLongestMs, limits.backoffFirstMs * 2 ** (attempt - 1));
      await wait(longestMs * (0.5 + options.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  /** Without the cause, whose text may be that of the server. */
  function sourceError(thrown: unknown, fault: SourceFault, place: string): unknown {
    if (thrown instanceof SourceError || thrown instanceof GranuleError) return thrown;
    const isRefused = isReply(thrown, [notLoggedInCode]);
    return new SourceError(isRefused ? "refused" : fault, `${place}: ${explained(thrown, limits, strike)}`);
  }

  async function listHere(client: Client, path: string, place: string): Promise<FtpListing> {
    let listing: FtpListing = { files: [], directories: [] };
    // The library's own reading leaves out what it does not understand.
    client.parseList = (text) => {
      listing = parseListing(text, path, place, limits.listingFilesMax, strike);
      return [];
    };
    let replies = "";
    const hear = (text: string) => {
      replies = (replies + text).slice(-repliesKeptMax);
    };
    try {
      await hearing(client, hear, () => listByOneCommand(client));
    } catch (thrown) {
      if (saysNothingListed(thrown)) return listing;
      if (thrown instanceof Error && thrown.message.startsWith("StringWriter: Maximum bytes exceeded")) {
        throw listingError(place, `is longer than ${limits.listingBytesMax} bytes`);
      }
      throw thrown;
    }
    refuseTruncated(replies, place, strike);
    return listing;
  }

  return {
    list: (directory, signal) =>
      attempts("listing", directory, signal, async (client, path, place) => {
        // Some servers pay no heed to the path of a listing, and some read patterns in it: the directory is entered.
        try {
          await client.send(`CWD ${path}`);
        } catch (thrown) {
          if (saysAbsent(thrown)) return undefined;
          throw thrown;
        }
        return listHere(client, path, place);
      }),

    modifiedAt: (path, signal) =>
      attempts("transfer", path, signal, async (client, absolute) => {
        const instant = await modifiedAtOf(client, absolute);
        return instant === "absent" ? undefined : instant;
      }),

    sizeBytes: (path, signal) =>
      attempts("transfer", path, signal, async (client, absolute) => {
        const size = await sizeOf(client, absolute);
        // Who does not know it may say 0.
        return size === "absent" ? undefined : size || undefined;
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
          if (saysAbsent(thrown)) return undefined;
          brokeBeforeFirstByte = received.length === 0;
          throw thrown;
        }
        // Where something came, a size of 0 is none: who does not know it says so.
        const announced = received.length > 0 ? received.announced() || undefined : received.announced();
        const expected = announced ?? (hasSize ? await sizeOf(client, absolute) : undefined);
        if (expected === undefined) hasSize = false;
        if (expected === "absent") return received.length === 0 ? undefined : received.bytes();
        if (expected && expected !== received.length) {
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

/** Some servers name MLST among their features and yet refuse MLSD. */
async function listByOneCommand(client: Client): Promise<void> {
  try {
    await client.list();
  } catch (thrown) {
    if (client.availableListCommands[0] === "LIST" || !isReply(thrown, unsupportedCodes)) throw thrown;
    client.availableListCommands = ["LIST"];
    await client.list();
  }
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

function saysNothingListed(thrown: unknown): boolean {
  return isReply(thrown, nothingListedCodes) && nothingListed.test(thrown.message) && !saysDenied(thrown);
}

/** Whether another try would end the same way. */
function isFinal(thrown: unknown): boolean {
  if (thrown instanceof SourceError) return thrown.fault === "refused" || thrown.fault === "listing";
  return thrown instanceof GranuleError || isRefusal(thrown);
}
