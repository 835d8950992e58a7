import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { createServer as createSecuredServer } from "node:https";
import { connect, type Socket } from "node:net";
import { createConditions } from "./conditions.ts";
import { listening } from "./ftpSession.ts";
import type { Certificate } from "./selfSigned.ts";

export interface HttpProxyOptions {
  /** Without it, everybody may ask. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly tls?: Certificate;
  /** Answered to every CONNECT, instead of a tunnel; 0 for silence. */
  readonly connectStatus?: number;
}

export interface HttpProxy {
  /** With the login. */
  readonly url: string;
  readonly port: number;
  /** What was asked for: `GET http://host/path`, `CONNECT host:443`. */
  readonly asked: readonly string[];
  /** Resolves once so much has been asked for. */
  awaitAsked(times: number): Promise<void>;
  /** Tunnels, the most there have been at once. */
  readonly tunnelsPeak: number;
  close(): Promise<void>;
}

/** A proxy on 127.0.0.1, which reaches every host by 127.0.0.1 as well, for tests. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const { until, changed } = createConditions();
  let [tunnels, tunnelsPeak] = [0, 0];
  const { login } = options;
  const expected = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;

  function mayAsk({ method, url, headers }: IncomingMessage): boolean {
    asked.push(`${method} ${url}`);
    changed();
    return headers["proxy-authorization"] === expected;
  }
  const kept = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  };

  const listener = (options.tls ? createSecuredServer(options.tls) : createServer()).on(
    "request",
    (message: IncomingMessage, response) => {
      if (!mayAsk(message)) {
        response.writeHead(407).end();
        return;
      }
      const { port, pathname, search } = new URL(message.url ?? "");
      const { "proxy-authorization": _, ...headers } = message.headers;
      const onward = request({
        host: "127.0.0.1",
        port,
        path: pathname + search,
        method: message.method,
        headers,
      });
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.writeHead(502).end()).end();
    },
  );
  listener.on("connect", (message: IncomingMessage, socket: Socket) => {
    kept(socket);
    const status = mayAsk(message) ? (options.connectStatus ?? 200) : 407;
    if (status !== 200) {
      if (status !== 0) socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(message.url?.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(upstream).pipe(socket);
    });
    kept(upstream);
    tunnelsPeak = Math.max(tunnelsPeak, ++tunnels);
    upstream.once("close", () => {
      tunnels--;
      socket.destroy();
    });
    socket.once("close", () => upstream.destroy());
  });
  listener.on("connection", kept);
  listener.on("tlsClientError", () => {});
  const port = await listening(listener, 0);
  const user = login && `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`;

  return {
    url: `${options.tls ? "https" : "http"}://${user ?? ""}127.0.0.1:${port}`,
    port,
    asked,
    awaitAsked: (times) => until(() => asked.length >= times),
    get tunnelsPeak() {
      return tunnelsPeak;
    },
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
