import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { createConditions } from "./conditions.ts";
import { listening } from "./ftpSession.ts";
import { perform } from "./storageApi.ts";
import { readTarget, refusalAnswer, type StorageAnswer, type StorageCall } from "./storageCall.ts";
import {
  noStorageFaults,
  type StorageFaultKind,
  type StorageFaults,
  type StorageOperation,
  takeFault,
} from "./storageFaults.ts";
import { Refusal, type ServedObject, ServedObjects } from "./storageObjects.ts";
import { ResumableUploads } from "./storageUploads.ts";

export interface StorageServerOptions {
  readonly buckets: readonly string[];
  readonly port?: number;
  readonly faults?: Partial<StorageFaults>;
  /** Uniform in [0, 1): for `faults.share`. */
  readonly random?: () => number;
  /** What generations and write times are made of, in milliseconds since 1970 UTC. */
  readonly now?: () => number;
  /** The least time between two writes of one name, else 429; Cloud Storage has 1000. Without it, no limit. */
  readonly writeEveryMs?: number;
}

export interface StorageServer {
  /** Without a slash at its end. Objects are read by anybody at `URL/BUCKET/OBJECT`. */
  readonly url: string;
  readonly faults: StorageFaults;
  /** How often a call has arrived whole: of one operation and one name, or of any. */
  count(operation?: StorageOperation, name?: string): number;
  /** Resolves once a call has arrived so often since the start. */
  awaitCall(operation: StorageOperation, times?: number): Promise<void>;
  /** The most calls there have been at once. */
  readonly callsPeak: number;
  readonly connections: number;
  /** Resolves once so many connections are open. */
  awaitConnections(count: number): Promise<void>;
  /** When each write of a name was done, in milliseconds of `now`. */
  writeTimes(bucket: string, name: string): readonly number[];
  names(bucket: string): readonly string[];
  find(bucket: string, name: string): ServedObject | undefined;
  /** Writes as somebody else does, whatever stands. */
  put(bucket: string, name: string, bytes: Uint8Array): ServedObject;
  close(): Promise<void>;
}

/**
 * Cloud Storage on 127.0.0.1 with its objects in memory, for tests, benchmarks and the demo: the JSON API as the client
 * library uses it, and the plain reads of public objects. Nobody needs credentials.
 */
export async function startStorageServer(options: StorageServerOptions): Promise<StorageServer> {
  const { buckets, now = Date.now, writeEveryMs = 0, random = () => 1 } = options;
  const objects = new ServedObjects({ buckets, now, writeEveryMs });
  const uploads = new ResumableUploads(objects);
  const faults: StorageFaults = { ...noStorageFaults(), ...options.faults };
  const counts = new Map<string, number>();
  const { until, changed } = createConditions();
  let connections = 0;
  let calls = 0;
  let callsPeak = 0;
  let url = "";

  const noteCall = ({ operation, name }: StorageCall) => {
    for (const key of ["", operation, `/${name}`, `${operation}/${name}`]) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    changed();
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let operation: StorageOperation | undefined;
    let sent: StorageAnswer;
    let fault: StorageFaultKind | undefined;
    try {
      const { method = "GET" } = request;
      const target = readTarget(method, request.url ?? "/");
      operation = target.operation;
      const body = await wholeBody(request);
      if (!body) return;
      const name = target.name || uploads.nameOf(target.query.get("upload_id") ?? "");
      const call: StorageCall = { ...target, name, method, headers: request.headers, body };
      noteCall(call);
      fault = takeFault(faults, operation, name, random, request.headers.range !== undefined);
      if (fault === "resetBefore") request.socket.resetAndDestroy();
      if (fault === "resetBefore" || fault === "hang") return;
      refuseBefore(fault, faults, operation);
      sent = performed(call);
      if (fault !== undefined) await faults.meanwhile?.(name);
      if (fault === "unavailableAfter") throw unavailable();
    } catch (thrown) {
      sent = refusalAnswer(operation, asRefusal(thrown));
    }
    if (faults.latencyMs > 0) await wait(faults.latencyMs);
    if (fault === "resetAfter") request.socket.resetAndDestroy();
    if (fault === "resetAfter" || fault === "hangAfter") return;
    await send(request, response, sent, fault, faults.faultAfterBytes);
  }

  /** Who may not list is not told either whether an object is there. */
  function performed(call: StorageCall): StorageAnswer {
    const isHidden = call.operation === "public" && faults.forbidden.has("list");
    if (isHidden && objects.hasBucket(call.bucket) && !objects.find(call.bucket, call.name)) {
      const denied = "Access denied: no storage.objects.get access to the object (or it may not exist).";
      throw new Refusal(403, "AccessDenied", denied);
    }
    return perform(call, objects, uploads, url);
  }

  const listener = createServer((request, response) => {
    callsPeak = Math.max(callsPeak, ++calls);
    response.once("close", () => calls--);
    // A connection that is lost on the way is the client's to notice.
    answer(request, response).catch(() => request.socket.destroy());
  });
  listener.keepAliveTimeout = 0; // a client that is slow to ask again must not find its connection ended
  listener.on("connection", (socket) => {
    connections++;
    socket.once("close", () => {
      connections--;
      changed();
    });
    changed();
  });
  url = `http://127.0.0.1:${await listening(listener, options.port ?? 0)}`;

  return {
    url,
    faults,
    count: (operation, name) => counts.get((operation ?? "") + (name === undefined ? "" : `/${name}`)) ?? 0,
    awaitCall: (operation, times = 1) => until(() => (counts.get(operation) ?? 0) >= times),
    get callsPeak() {
      return callsPeak;
    },
    get connections() {
      return connections;
    },
    awaitConnections: (count) => until(() => connections === count),
    writeTimes: (bucket, name) => objects.writeTimes(bucket, name),
    names: (bucket) => objects.names(bucket),
    find: (bucket, name) => objects.find(bucket, name),
    put: (bucket, name, bytes) =>
      objects.insert(bucket, name, new Uint8Array(bytes), {}, new URLSearchParams()),
    async close() {
      const closed = once(listener, "close");
      listener.close();
      listener.closeAllConnections();
      await closed;
    },
  };
}

/** Undefined where the client went away before all had come. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return request.complete ? Buffer.concat(chunks) : undefined;
}

const unavailable = () =>
  new Refusal(503, "backendError", "We encountered an internal error. Please try again.");

function refuseBefore(
  fault: StorageFaultKind | undefined,
  { forbidden }: StorageFaults,
  operation: StorageOperation,
): void {
  if (forbidden.has(operation)) {
    const message = `robot@example.iam.gserviceaccount.com does not have storage.objects.${operation} access to the Google Cloud Storage object.`;
    throw new Refusal(403, "forbidden", message);
  }
  if (fault === "unavailable") throw unavailable();
  if (fault === "tooManyRequests") {
    throw new Refusal(
      429,
      "rateLimitExceeded",
      "The rate limit is exceeded. Please reduce your request rate.",
    );
  }
}

function asRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  return new Refusal(400, "badRequest", thrown instanceof Error ? thrown.message : String(thrown));
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: StorageAnswer,
  fault: StorageFaultKind | undefined,
  faultAfterBytes: number,
): Promise<void> {
  const length = status === 304 || status === 204 ? {} : { "content-length": String(body.length) };
  response.writeHead(status, { ...headers, ...length });
  if (request.method === "HEAD" || status >= 300) {
    response.end(request.method === "HEAD" ? undefined : body);
    return;
  }
  if (fault === "brokenBody" || fault === "stalledBody") {
    response.flushHeaders();
    const part = body.subarray(0, Math.min(faultAfterBytes, body.length - 1));
    if (part.length > 0) await new Promise((sent) => response.write(part, sent));
    if (fault === "brokenBody") request.socket.destroy();
    return;
  }
  response.end(fault === "wrongBytes" ? changed(body, faultAfterBytes) : body);
}

function changed(body: Uint8Array, place: number): Uint8Array {
  const copy = new Uint8Array(body);
  const at = Math.min(place, copy.length - 1);
  if (at >= 0) copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}
