import { isIP } from "node:net";
import { SourceError } from "../../errors.ts";
import { unlessAborted } from "../../waiting.ts";
import type { FtpLimits, FtpOptions } from "./limits.ts";
import { usePassiveMode } from "./passive.ts";
import { Client, isRefusal, isReply } from "./replies.ts";
import { type FtpAddress, secretStriker } from "./url.ts";
import { explained } from "./words.ts";

/** Besides 5xx: an account is asked for, the name or password is wrong. */
const loginRefusedCodes = [332, 430];

/** A client that is logged in and ready to transfer. Throws a `SourceError` (`refused`, `unreachable`) that names `place`. */
export async function connectFtp(
  address: FtpAddress,
  limits: FtpLimits,
  tls: FtpOptions["tls"],
  place: string,
  signal: AbortSignal,
): Promise<Client> {
  const client = new Client(limits.idleMs, { maxListingBytes: limits.listingBytesMax });
  usePassiveMode(client, address.isAnyDataHost);
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
    const reason = deadline.aborted
      ? `no login within ${limits.connectMs} ms`
      : explained(thrown, limits, secretStriker(address));
    const isRefused = isRefusal(thrown) || isReply(thrown, loginRefusedCodes);
    throw new SourceError(isRefused ? "refused" : "unreachable", `${place}: ${reason}`);
  }
  // One form of listing for each server, or every date would seem changed. "LIST -a" lists nothing on some servers.
  client.availableListCommands = client.availableListCommands.includes("MLSD") ? ["MLSD"] : ["LIST"];
  return client;
}
