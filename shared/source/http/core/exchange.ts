import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestPlain,
} from "node:http";
import { request as requestSecured } from "node:https";
import type { Socket } from "node:net";
import { reasonOf } from "../../../errors.ts";
import type { Route } from "./connections/agents.ts";
import { Failure } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";
import { codeOf, connectionFault } from "./words.ts";

/** An answer whose headers are there, and whose body is still to come. */
export interface Reply {
  readonly message: IncomingMessage;
  /** The length that it states of its body, in bytes; `undefined` where it states none. */
  readonly statedBytes: number | undefined;
}

/** A `Failure` on a connection that had brought other answers before: most often the server had ended it meanwhile. */
export class StaleConnection extends Failure {}

const resets: readonly string[] = ["ECONNRESET", "EPIPE"];

/**
 * One request on the wire. Resolves with the answer's status and headers; throws a `Failure`. Once the signal is aborted, request and
 * answer end at once, the body too. Calls `ended` when both are over, and with them what they need of a connection.
 */
export async function exchange(
  { isSecure, options }: Route,
  limits: HttpLimits,
  signal: AbortSignal,
  ended: () => void,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const request = begin(isSecure, { ...options, maxHeaderSize: limits.headersBytesMax }, ended);
  let [isConnected, isHeard] = [false, false];
  const timers: NodeJS.Timeout[] = [];
  const endAfter = (ms: number, why: (ms: number) => string) => {
    const timer = setTimeout(
      () => end(new Failure(why(ms), { fault: isConnected ? undefined : "unreachable" })),
      ms,
    );
    timers.push(timer);
    return timer;
  };
  let reply: IncomingMessage | undefined;
  const end = (reason: Error) => {
    reject(reason);
    (reply ?? request).destroy(reason);
  };
  const onAbort = () => end(new Failure("nobody waits for the answer any more", { isFinal: true }));
  signal.addEventListener("abort", onAbort, { once: true });

  request.on("socket", (socket: Socket) => {
    endAfter(limits.answerMs, (ms) => `the answer was not whole within ${ms} ms`);
    socket.once("data", () => {
      isHeard = true;
    });
    const connected = () => {
      isConnected = true;
      clearTimeout(connecting);
      const idle = endAfter(limits.idleMs, (ms) => `no answer within ${ms} ms`);
      request.once("response", () => clearTimeout(idle));
    };
    const connecting = request.reusedSocket
      ? undefined
      : endAfter(limits.connectMs, (ms) => `no connection within ${ms} ms`);
    if (request.reusedSocket) connected();
    else socket.once(isSecure ? "secureConnect" : "connect", connected);
  });
  request.once("response", (message) => {
    reply = message;
    // Its end is told to who reads it.
    message.on("error", () => {});
    resolve({ message, statedBytes: request.method === "HEAD" ? 0 : statedLength(message) });
  });
  request.on("error", (thrown) => {
    const { reusedSocket: isReused } = request;
    reject(thrown instanceof Failure ? thrown : failureOf(thrown, isConnected, isHeard, isReused));
  });
  request.once("close", () => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
  request.once("close", ended).end();
  return promise;
}

/** Throws a `Failure` for what cannot be sent: a token with the end of a line in it. */
function begin(isSecure: boolean, options: RequestOptions, ended: () => void): ClientRequest {
  try {
    return (isSecure ? requestSecured : requestPlain)(options);
  } catch (thrown) {
    ended();
    throw new Failure(`the request cannot be sent: ${reasonOf(thrown)}`, { isFinal: true });
  }
}

function statedLength({ headers }: IncomingMessage): number | undefined {
  const text = headers["content-length"] ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function failureOf(thrown: unknown, isConnected: boolean, isHeard: boolean, isReused: boolean): Failure {
  const { why, isCertificate } = connectionFault(thrown);
  if (!isConnected) return new Failure(why, { fault: "unreachable", isFinal: isCertificate });
  const isHungUp = !isHeard && resets.includes(codeOf(thrown));
  const said = isHungUp ? "the server ended the connection without an answer" : why;
  return isReused && isHungUp ? new StaleConnection(said, { isHungUp }) : new Failure(said, { isHungUp });
}
