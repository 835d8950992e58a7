import { type Client, FTPError } from "basic-ftp";
import { readTimestamp, writableInstant } from "./listLine.ts";

/** What RFC 959 and 3659 answer for a path that is not there, and as well for one that may not be had. */
const absentCodes = [550, 551];
/** The words by which servers tell a path that may not be had from one that is not there; a text with both tells neither. */
const denied = /denied|permission|not (allowed|permitted|authori[sz]ed)|forbidden/i;
const notFound = /no such|not found|cannot find|\bexist/i;
export const notLoggedInCode = 530;
export const closingCode = 421;

/** An answer; `absent` where there is no such file, `undefined` where the server cannot say. */
type Answer = number | "absent" | undefined;

export async function sizeOf(client: Client, path: string): Promise<Answer> {
  return unlessRefused(async () => {
    const bytes = /^213 +(\d+)/.exec((await client.send(`SIZE ${path}`)).message)?.[1];
    return bytes === undefined ? undefined : Number(bytes);
  });
}

/** In milliseconds since 1970 UTC. */
export async function modifiedAtOf(client: Client, path: string): Promise<Answer> {
  return unlessRefused(async () => {
    const said = /^213 +(\d.*)/.exec((await client.send(`MDTM ${path}`)).message)?.[1];
    return writableInstant(readTimestamp(said ?? ""));
  });
}

export async function isAbsent(client: Client, path: string): Promise<boolean> {
  const size = await sizeOf(client, path);
  return size === "absent" || (size === undefined && (await modifiedAtOf(client, path)) === "absent");
}

async function unlessRefused(ask: () => Promise<number | undefined>): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    if (saysAbsent(thrown)) return "absent";
    if (thrown instanceof FTPError && thrown.code >= 500 && thrown.code !== notLoggedInCode) return undefined;
    throw thrown;
  }
}

/** Whether a reply says that a path is not there. What is denied is, as far as anyone knows. */
export function saysAbsent(thrown: unknown): boolean {
  return isReply(thrown, absentCodes) && !saysDenied(thrown);
}

/** Whether a reply says that something may not be had. */
export function saysDenied(thrown: unknown): boolean {
  return thrown instanceof FTPError && denied.test(thrown.message) && !notFound.test(thrown.message);
}

export function isReply(thrown: unknown, codes: readonly number[]): boolean {
  return thrown instanceof FTPError && codes.includes(thrown.code);
}
