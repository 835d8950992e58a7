import { Client, FTPError, type FTPResponse } from "basic-ftp";

/* All that the adapter takes from basic-ftp: the client, and what the errors mean that are replies of the server. */

export { Client, type FTPResponse };

/** What RFC 959 and 3659 answer for a path that is not there, and as well for one that may not be had. */
const absentCodes = [550, 551];
/** The words by which servers tell a path that may not be had from one that is not there; a text with both tells neither. */
const denied = /denied|permission|not (allowed|permitted|authori[sz]ed)|forbidden/i;
const notFound = /no such|not found|cannot find|\bexist/i;
export const notLoggedInCode = 530;
/** The service is ending the connection: no other way of asking will do. */
export const closingCode = 421;

/** Whether something is a reply of the server, with one of these codes if they are given. */
export function isReply(thrown: unknown, codes?: readonly number[]): thrown is FTPError {
  return thrown instanceof FTPError && (codes?.includes(thrown.code) ?? true);
}

/** Whether a reply says that the same command would be refused again (5xx). */
export function isRefusal(thrown: unknown): thrown is FTPError {
  return isReply(thrown) && thrown.code >= 500;
}

/** Whether a reply says that a path is not there. What is denied is, as far as anyone knows. */
export function saysAbsent(thrown: unknown): boolean {
  return isReply(thrown, absentCodes) && !saysDenied(thrown);
}

/** Whether a reply says that something may not be had. */
export function saysDenied(thrown: unknown): boolean {
  return isReply(thrown) && denied.test(thrown.message) && !notFound.test(thrown.message);
}
