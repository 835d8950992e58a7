import type { ServerResponse } from "node:http";
import { unlessAborted } from "../../../shared/waiting.ts";
import { type Answered, bytesOf, type Headers, jsonType } from "./answer.ts";

/** What is handed to a connection at a time. */
const pieceBytes = 64 * 1024;
/** A reader that takes no such piece for so long is given up: it may hold neither memory nor its turn for ever. */
const idleMsDefault = 20_000;
const bodiless = [204, 304];

export interface Sending {
  /** Nothing but what would be said of the body. */
  readonly isHead: boolean;
  readonly idleMs?: number;
}

/**
 * Sends an answer, no faster than its reader takes it, and resolves once it is sent or the reader is gone. What stops has
 * fewer bytes than it announced. Rejects with what failed while the body was read, and ends the connection then.
 */
export async function send(
  response: ServerResponse,
  answered: Answered,
  { isHead, idleMs = idleMsDefault }: Sending,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  if (response.closed) gone.abort();
  try {
    response.writeHead(answered.status, headersOf(answered));
    if (!isHead && !bodiless.includes(answered.status))
      for await (const piece of piecesOf(answered)) await write(response, piece, gone, idleMs);
    response.end();
  } catch (error) {
    response.destroy();
    if (!gone.signal.aborted) throw error;
  } finally {
    if ("opened" in answered) await answered.opened.close();
  }
}

function headersOf(answered: Answered): Headers {
  const sizeBytes = "opened" in answered ? answered.end - answered.first : bytesOf(answered).length;
  const isBodiless = bodiless.includes(answered.status);
  return {
    "Cache-Control": "no-cache",
    ...("body" in answered && !isBodiless ? { "Content-Type": jsonType } : {}),
    ...answered.headers,
    ...(isBodiless ? {} : { "Content-Length": String(sizeBytes) }),
  };
}

async function* piecesOf(answered: Answered): AsyncGenerator<Uint8Array> {
  const read =
    "opened" in answered ? answered.opened.read(answered.first, answered.end) : [bytesOf(answered)];
  for await (const bytes of read)
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Resolves once the connection has taken it. Where it does not, its reader is gone. */
async function write(
  response: ServerResponse,
  piece: Uint8Array,
  gone: AbortController,
  idleMs: number,
): Promise<void> {
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const idle = setTimeout(() => gone.abort(), idleMs);
  try {
    await unlessAborted(gone.signal, () => {
      response.write(piece, (lost) => (lost ? gone.abort() : resolve()));
      return taken;
    });
  } finally {
    clearTimeout(idle);
  }
}
