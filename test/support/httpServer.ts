import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecuredServer } from "node:https";
import { createConditions } from "./conditions.ts";
import { listening } from "./ftpSession.ts";
import { type Reaction, react } from "./httpReactions.ts";
import type { Certificate } from "./selfSigned.ts";

export interface HttpFile {
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970 UTC: sent as Last-Modified, in whole seconds. */
  readonly modifiedAt?: number;
  /** As it is sent, with its quotes. */
  readonly etag?: string;
  /** Besides; one with the empty text is not sent, as "content-length". */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that has arrived. */
export interface LoggedRequest {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly target: string;
  /** Without its query, and decoded: `/a b.bin`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What to do with a request; `undefined` to leave it to the files. */
export type HttpHandler = (request: LoggedRequest) => Reaction | undefined | Promise<Reaction | undefined>;

export interface HttpServerOptions {
  /** By their paths from the root, decoded and without a slash before: `2026/a b.bin`. */
  readonly files?: Readonly<Record<string, HttpFile>>;
  /** Asked where nothing is ordered, before the files. */
  readonly handler?: HttpHandler;
  /** Makes it an HTTPS server. */
  readonly tls?: Certificate;
  readonly port?: number;
}

export interface HttpServer {
  /** Of the root, on 127.0.0.1. */
  readonly url: string;
  readonly port: number;
  put(path: string, file: HttpFile): void;
  remove(path: string): void;
  /** Orders what to do with the next requests of a path (as of a file), one after the other. */
  order(path: string, ...reactions: readonly Reaction[]): void;
  /** Orders what to do with every request of a path, after those that were ordered for the next ones; nothing ends that. */
  always(path: string, reaction?: Reaction): void;
  /** All that have arrived. */
  readonly requests: readonly LoggedRequest[];
  /** How many have arrived: of one path, or of any. */
  count(path?: string): number;
  /** Resolves once so many have arrived of a path, or of any, since the start. */
  awaitRequest(path?: string, times?: number): Promise<void>;
  /** Open connections, the most there have been at once, and how many were opened. */
  readonly connections: number;
  readonly connectionsPeak: number;
  readonly connectionsOpened: number;
  /** Resolves once so many connections are open. */
  awaitConnections(count: number): Promise<void>;
  /** Ends every connection, as servers do with idle ones. */
  endConnections(): void;
  close(): Promise<void>;
}

/** An HTTP server on 127.0.0.1 with its files in memory, for tests: GET, HEAD and ranges, and whatever else it is told. */
export async function startHttpServer(options: HttpServerOptions = {}): Promise<HttpServer> {
  const files = new Map(Object.entries(options.files ?? {}));
  const ordered = new Map<string, Reaction[]>();
  const lasting = new Map<string, Reaction>();
  const requests: LoggedRequest[] = [];
  const sockets = new Set<IncomingMessage["socket"]>();
  const { until, changed } = createConditions();
  let [connectionsPeak, connectionsOpened] = [0, 0];

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = read(message);
    requests.push(request);
    changed();
    const path = request.path.slice(1);
    const file = files.get(path);
    const order = ordered.get(path)?.shift() ?? lasting.get(path);
    const reaction = order ?? (await options.handler?.(request));
    if (reaction) await react(reaction, file, message, response);
    else sendFile(request, response, file);
  }

  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    // A connection that is lost on the way is the client's to notice.
    answer(message, response).catch(() => message.socket.destroy());
  };
  const listener = options.tls ? createSecuredServer(options.tls, onRequest) : createServer(onRequest);
  listener.keepAliveTimeout = 0; // a client that is slow to ask again must not find its connection ended
  listener.on("tlsClientError", () => {});
  listener.on("connection", (socket: IncomingMessage["socket"]) => {
    sockets.add(socket);
    connectionsOpened++;
    connectionsPeak = Math.max(connectionsPeak, sockets.size);
    socket.on("error", () => {});
    socket.once("close", () => {
      sockets.delete(socket);
      changed();
    });
    changed();
  });
  const port = await listening(listener, options.port ?? 0);
  const count = (path?: string) =>
    path === undefined ? requests.length : requests.filter((one) => one.path === `/${path}`).length;

  return {
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}/`,
    port,
    put: (path, file) => void files.set(path, file),
    remove: (path) => void files.delete(path),
    order: (path, ...reactions) => void ordered.set(path, [...(ordered.get(path) ?? []), ...reactions]),
    always: (path, reaction) => void (reaction ? lasting.set(path, reaction) : lasting.delete(path)),
    requests,
    count,
    awaitRequest: (path, times = 1) => until(() => count(path) >= times),
    get connections() {
      return sockets.size;
    },
    get connectionsPeak() {
      return connectionsPeak;
    },
    get connectionsOpened() {
      return connectionsOpened;
    },
    awaitConnections: (wanted) => until(() => sockets.size === wanted),
    endConnections() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function read({ method = "GET", url = "/", headers }: IncomingMessage): LoggedRequest {
  const { pathname, searchParams } = new URL(url, "http://server");
  return { method, target: url, path: decodeURIComponent(pathname), query: searchParams, headers };
}

function sendFile(
  { method, headers: asked }: LoggedRequest,
  response: ServerResponse,
  file: HttpFile | undefined,
): void {
  if (file === undefined) {
    response
      .writeHead(404, { "content-type": "text/html" })
      .end(method === "HEAD" ? "" : "<h1>Not Found</h1>");
    return;
  }
  const [, first, last = ""] = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? "") ?? [];
  const size = file.bytes.length;
  const end = last === "" ? size : Math.min(size, Number(last) + 1);
  const isPart = first !== undefined && Number(first) < end;
  const bytes = isPart ? file.bytes.subarray(Number(first), end) : file.bytes;
  const headers = headersOf(file, bytes);
  if (isPart) headers["content-range"] = `bytes ${first}-${end - 1}/${size}`;
  response.writeHead(isPart ? 206 : 200, headers).end(method === "HEAD" ? "" : bytes);
}

/** What goes before the bytes of a file, or of a part of it. */
export function headersOf(file: HttpFile, bytes: Uint8Array): Record<string, string> {
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    "content-length": String(bytes.length),
    ...(file.etag !== undefined && { etag: file.etag }),
    ...(file.modifiedAt !== undefined && { "last-modified": new Date(file.modifiedAt).toUTCString() }),
    ...file.headers,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}
