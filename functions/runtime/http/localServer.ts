import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { reasonOf, UsageError } from "../../../shared/errors.ts";
import type { Answer, Answered } from "./answer.ts";
import { send } from "./send.ts";
import type { Asked } from "./serve.ts";
import { createTurns, type Turns } from "./turns.ts";

export interface LocalServer {
  /** With a slash at its end. */
  readonly url: string;
  /** Ends connections, also those that are kept alive; resolves once nothing of them is under way. */
  close(): Promise<void>;
}

export interface LocalServerOptions {
  readonly host: string;
  readonly port: number;
  /** Hears of answers that broke off. */
  readonly onFailure: (error: unknown) => void;
  readonly limits?: Partial<ServingLimits>;
}

export interface ServingLimits {
  /**
   * Answers that are made at once, and objects that are sent at once: what they hold of objects is in memory. Others wait their
   * turn, but what is sent out of memory waits for no reader of an object.
   */
  readonly answersMax: number;
  /** For its turn. */
  readonly waitMs: number;
  /** A reader that takes nothing for so long is given up. */
  readonly idleMs: number;
  readonly connectionsMax: number;
}

const limitsDefault: ServingLimits = {
  answersMax: 64,
  waitMs: 60_000,
  idleMs: 20_000,
  connectionsMax: 4096,
};

/** Serves requests without a body on this machine. Throws a `UsageError` if the port cannot be used. */
export async function startLocalServer(
  answer: (asked: Asked) => Promise<Answered>,
  { host, port, onFailure, ...options }: LocalServerOptions,
): Promise<LocalServer> {
  const { answersMax, waitMs, idleMs, connectionsMax } = { ...limitsDefault, ...options.limits };
  const [making, streaming] = [createTurns(answersMax), createTurns(answersMax)];
  const underWay = new Set<Promise<void>>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume(); // a body is of no interest
    const sending = { isHead: request.method === "HEAD", idleMs };
    if (!isMeant(host, request.headers.host)) return send(response, notMeant, sending);
    const made = await turnOf(making, response);
    if (!made) return send(response, busy, sending);
    const answered = await answer(askedOf(request)).finally(made);
    if (sending.isHead || !("opened" in answered)) return send(response, answered, sending);
    const sent = await turnOf(streaming, response);
    if (sent) return send(response, answered, sending).finally(sent);
    await answered.opened.close();
    return send(response, busy, sending);
  }

  /** What gives a turn back; undefined where it does not come in time, or nobody waits for it any more. */
  async function turnOf(turns: Turns, response: ServerResponse): Promise<(() => void) | undefined> {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), waitMs);
    response.once("close", () => over.abort());
    if (response.closed) over.abort();
    return turns
      .take(over.signal)
      .then(
        (release) => release,
        () => undefined,
      )
      .finally(() => clearTimeout(timer));
  }

  const server = createServer((request, response) => {
    const serving = serve(request, response).catch((error: unknown) => {
      response.destroy();
      onFailure(error);
    });
    underWay.add(serving);
    serving.finally(() => underWay.delete(serving));
  });
  server.maxConnections = connectionsMax;
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(port, host, resolve);
  await listening.catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "EADDRINUSE" ? "somebody else listens there" : reasonOf(error);
    throw new UsageError([`port ${port} of ${host} cannot be used: ${why}; choose another with --port`]);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}/`,
    async close() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      server.closeAllConnections();
      await closed;
      await Promise.all(underWay);
    },
  };
}

const notMeant: Answer = {
  status: 403,
  body: { faults: ["ask by the name localhost, or by an address"] },
};

const busy: Answer = {
  status: 503,
  body: { faults: ["too many answers are under way: ask again later"] },
  headers: { "Retry-After": "1" },
};

/**
 * Who listens to this machine alone is asked by a name of this machine: a web page from elsewhere, whose name leads here, is
 * to read nothing.
 */
function isMeant(listening: string, asked = ""): boolean {
  const isLoopback = /^(127\.|localhost$|::1$)/.test(listening);
  const name = asked.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return !isLoopback || name === "localhost" || isIP(name) !== 0;
}

function askedOf({ method = "GET", url = "/", headers }: IncomingMessage): Asked {
  const path = url.replace(/[?#].*$/s, "");
  return { method, path, body: undefined, headers: headers as Asked["headers"] };
}
