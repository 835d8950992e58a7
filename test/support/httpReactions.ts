import type { IncomingMessage, ServerResponse } from "node:http";
import { type HttpFile, headersOf } from "./httpServer.ts";

/** What a server does with a request, instead of sending a file as it is. */
export type Reaction =
  /** An answer of any kind: redirects, 429, a page of HTML. Headers may repeat: as a list. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string | string[]>>;
      readonly body?: string | Uint8Array;
    }
  /** Silence, before the headers or after so many bytes of the file. */
  | { readonly kind: "stall"; readonly afterBytes?: number }
  /** The connection is reset, before the first byte of an answer or after so many bytes of the file. */
  | { readonly kind: "reset"; readonly afterBytes?: number }
  /** The connection is ended as if all were well, after so many bytes of the file. */
  | { readonly kind: "drop"; readonly afterBytes: number }
  /** The file, with another length than it has. */
  | { readonly kind: "length"; readonly statedBytes: number }
  /** Bytes as they are written on the wire, and then the end of the connection. */
  | { readonly kind: "raw"; readonly text: string };

/** A redirect. */
export function redirect(
  location: string,
  status = 302,
  headers: Record<string, string | string[]> = {},
): Reaction {
  return { kind: "answer", status, headers: { location, ...headers } };
}

export async function react(
  reaction: Reaction,
  file: HttpFile | undefined,
  { socket, method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (reaction.kind === "answer") {
    const { status, headers = {}, body = "" } = reaction;
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
    response.end(method === "HEAD" ? undefined : body);
    return;
  }
  if (reaction.kind === "raw") {
    socket.end(reaction.text);
    return;
  }
  if (reaction.kind === "length") {
    await begin(file, file?.bytes.length ?? 0, response, String(reaction.statedBytes));
    socket.end();
    return;
  }
  if (reaction.afterBytes !== undefined) await begin(file, reaction.afterBytes, response);
  if (reaction.kind === "reset") socket.resetAndDestroy();
  if (reaction.kind === "drop") socket.end();
}

/** Sends the headers, and so many bytes, as far as they have gone to the system. */
async function begin(
  file: HttpFile = { bytes: new Uint8Array(0) },
  bytes: number,
  response: ServerResponse,
  statedBytes?: string,
): Promise<void> {
  const headers = headersOf(file, file.bytes);
  if (statedBytes !== undefined) {
    response.strictContentLength = false;
    headers["content-length"] = statedBytes;
  }
  response.writeHead(200, headers);
  response.flushHeaders();
  if (bytes > 0) await new Promise((sent) => response.write(file.bytes.subarray(0, bytes), sent));
}
