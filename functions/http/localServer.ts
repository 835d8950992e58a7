import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { reasonOf, UsageError } from "../../shared/errors.ts";
import type { Answer, Content } from "./answer.ts";
import type { Asked } from "./serve.ts";

export interface LocalServer {
  /** With a slash at its end. */
  readonly url: string;
  /** Ends connections, also those that are kept alive. */
  close(): Promise<void>;
}

/** Serves requests without a body on this machine. Throws a `UsageError` if the port cannot be had. */
export async function startLocalServer(
  answer: (asked: Asked) => Promise<Answer | Content>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    request.resume(); // a body is of no interest
    const answered = isMeant(host, request.headers.host)
      ? answer(askedOf(request))
      : Promise.resolve(notMeant);
    answered.then(
      (answered) => send(response, answered, request.method === "HEAD"),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(port, host, resolve);
  await listening.catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "EADDRINUSE" ? "somebody else listens there" : reasonOf(error);
    throw new UsageError([`port ${port} of ${host} cannot be had: ${why}; choose another with --port`]);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}/`,
    async close() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      server.closeAllConnections();
      await closed;
    },
  };
}

const notMeant: Answer = {
  status: 403,
  body: { faults: ["ask by the name localhost, or by an address"] },
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
  return {
    method,
    path: url.replace(/[?#].*$/s, ""),
    body: undefined,
    accept: headers.accept,
    ifNoneMatch: headers["if-none-match"],
  };
}

function send(response: ServerResponse, answered: Answer | Content, isHead: boolean): void {
  const isContent = "content" in answered;
  const bytes = isContent ? answered.content : Buffer.from(`${JSON.stringify(answered.body)}\n`);
  response.writeHead(answered.status, {
    "Cache-Control": "no-cache",
    ...(isContent ? {} : { "Content-Type": "application/json; charset=utf-8" }),
    ...answered.headers,
    ...(answered.status === 304 ? {} : { "Content-Length": bytes.length }),
  });
  response.end(isHead || answered.status === 304 ? undefined : bytes);
}
