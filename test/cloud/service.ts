/**
 * A service as Cloud Run runs a function: instances of the Functions Framework, each a process of its own, started when they
 * are needed and no more than allowed, before them one address that hands each request to an instance with room for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../support/childEnvironment.ts";
import { freePort } from "../support/freePort.ts";
import { patienceMs } from "../support/patience.ts";

const framework = resolve(
  import.meta.dirname,
  "../../node_modules/@google-cloud/functions-framework/build/src/main.js",
);
const host = "127.0.0.1";
/** How long a request waits for room, as in Cloud Run: then it is answered with 429. */
const queueMs = 10_000;
const saidCharactersMax = 2000;
const bodyBytesMax = 32 * 1024 * 1024;
const hopHeaders = ["host", "connection", "content-length", "transfer-encoding"];

export interface ServiceOptions {
  /** The function's name. */
  readonly target: string;
  /** The module that registers it. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly instancesMax: number;
  /** Requests that one instance works on at once. */
  readonly concurrency: number;
  readonly port?: number;
  /** What the instances print. */
  readonly onLine?: (line: string) => void;
  /** Stands before every request: what it answers with is the answer, unless it calls `forward`. */
  readonly meddle?: Meddle;
}

export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
}

/** Forwards the request, perhaps several times, or does not. */
export type Meddle = (body: string, forward: () => Promise<Reply>) => Promise<Reply>;

export interface Service {
  readonly url: string;
  /** Requests that instances work on now, and the most there were at once. */
  readonly working: number;
  readonly workingPeak: number;
  /** Instances started so far. */
  readonly started: number;
  /** Answers so far, by status. */
  readonly answers: ReadonlyMap<number, number>;
  /** Kills an instance that works on a request, with SIGKILL; false if none does. */
  killWorking(): Promise<boolean>;
  close(): Promise<void>;
}

interface Instance {
  /** Its process and address, once it answers. */
  readonly ready: ReturnType<typeof spawnInstance>;
  working: number;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { instancesMax, concurrency, meddle = (_, forward) => forward() } = options;
  const instances = new Set<Instance>();
  const waiting: (() => void)[] = [];
  const answers = new Map<number, number>();
  let started = 0;
  let workingPeak = 0;
  let isClosed = false;
  const working = () => [...instances].reduce((sum, instance) => sum + instance.working, 0);

  function startInstance(): Instance {
    started++;
    const instance: Instance = { ready: spawnInstance(options), working: 0 };
    instances.add(instance);
    const leave = () => {
      instances.delete(instance);
      waiting.shift()?.();
    };
    instance.ready.then(({ child }) => child.once("exit", leave), leave);
    return instance;
  }

  /** An instance with room, now or within the time that a request waits. */
  async function takeInstance(): Promise<Instance | undefined> {
    const until = performance.now() + queueMs;
    while (!isClosed) {
      const free = [...instances].find((instance) => instance.working < concurrency);
      const found = free ?? (instances.size < instancesMax ? startInstance() : undefined);
      if (found) {
        found.working++;
        workingPeak = Math.max(workingPeak, working());
        return found;
      }
      const leftMs = until - performance.now();
      if (leftMs <= 0) return undefined;
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, leftMs);
        waiting.push(() => {
          clearTimeout(timer);
          wake();
        });
      });
    }
    return undefined;
  }

  async function forward(path: string, method: string, headers: Headers, body: string): Promise<Reply> {
    const instance = await takeInstance();
    if (!instance) return { status: 429, body: "no instance is free" };
    try {
      const { address } = await instance.ready;
      const sent = method === "GET" || method === "HEAD" ? {} : { body };
      const answer = await fetch(`${address}${path}`, { method, headers, ...sent });
      const contentType = answer.headers.get("content-type");
      return {
        status: answer.status,
        body: await answer.text(),
        ...(contentType === null ? {} : { contentType }),
      };
    } catch (error) {
      return { status: 503, body: `the instance is gone: ${(error as Error).message}` };
    } finally {
      instance.working--;
      waiting.shift()?.();
    }
  }

  const answering = new Set<Promise<void>>();
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "/", method = "GET" } = request;
    let body = "";
    for await (const piece of request.setEncoding("utf8")) {
      body += piece;
      if (body.length > bodyBytesMax) return void request.destroy();
    }
    const headers = headersOf(request.headers);
    const reply = await meddle(body, () => forward(url, method, headers, body));
    answers.set(reply.status, (answers.get(reply.status) ?? 0) + 1);
    response.writeHead(reply.status, { "content-type": reply.contentType ?? "text/plain" });
    response.end(reply.body);
  }
  const server = createServer((request, response) => {
    const answered: Promise<void> = answer(request, response)
      .catch(() => void request.destroy())
      .finally(() => answering.delete(answered));
    answering.add(answered);
  });
  server.keepAliveTimeout = 0; // a client that is slow to ask again must not find its connection ended
  server.listen(options.port ?? 0, host);
  await once(server, "listening");

  return {
    url: `http://${host}:${(server.address() as { port: number }).port}`,
    get working() {
      return working();
    },
    get workingPeak() {
      return workingPeak;
    },
    get started() {
      return started;
    },
    answers,
    async killWorking() {
      const busy = [...instances].find((instance) => instance.working > 0);
      if (!busy) return false;
      await end((await busy.ready).child);
      return true;
    },
    async close() {
      isClosed = true;
      for (const wake of waiting.splice(0)) wake();
      server.close();
      server.closeAllConnections();
      const started = await Promise.allSettled([...instances].map(({ ready }) => ready));
      await Promise.all(started.map((one) => one.status === "fulfilled" && end(one.value.child)));
      await Promise.all(answering);
    },
  };
}

function headersOf(received: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received)) {
    if (typeof value === "string" && !hopHeaders.includes(name)) headers.set(name, value);
  }
  return headers;
}

/** Starts the framework on a free port; `ready` is its address once it serves. */
async function spawnInstance({ target, entry, environment, onLine }: ServiceOptions) {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [framework, `--source=${entry}`, `--target=${target}`, `--port=${port}`],
    {
      env: { ...childEnvironment(), METADATA_SERVER_DETECTION: "none", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const { promise: serving, resolve: serves, reject } = Promise.withResolvers<string>();
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      said = `${said}${line}\n`.slice(-saidCharactersMax);
      if (line === "Serving function...") serves(`http://${host}:${port}`);
      if (!isOwnLine(line)) onLine?.(line);
    });
  }
  const late = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms: ${said}`)), patienceMs);
  child.once("exit", (code) => reject(new Error(`${target} ended with ${code}: ${said}`)));
  return {
    child,
    address: await serving
      .finally(() => clearTimeout(late))
      .catch(async (error: unknown) => {
        await end(child);
        throw error;
      }),
  };
}

/** What the framework says when it begins to serve. */
function isOwnLine(line: string): boolean {
  return /^(Serving function\.\.\.|Function: |Signature type: |URL: )/.test(line);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
