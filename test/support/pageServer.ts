import type { Cloud } from "../../functions/runtime/cloud.ts";
import { bytesOf } from "../../functions/runtime/http/answer.ts";
import { type LocalServer, startLocalServer } from "../../functions/runtime/http/localServer.ts";
import { createAnswering } from "../../functions/runtime/http/serve.ts";
import { createLog } from "../../functions/runtime/log/log.ts";
import type { LocalWiring } from "../../functions/runtime/wiring.ts";
import { status } from "../../functions/status.ts";
import { reasonOf, StorageError } from "../../shared/errors.ts";
import { freePort } from "./freePort.ts";
import { type Around, storeWithin } from "./memoryWiring.ts";
import { patienceMs } from "./patience.ts";

export interface PageOptions {
  readonly wirings: readonly [LocalWiring, ...LocalWiring[]];
  /** Where datasets are kept, as a person would write it. */
  readonly store: string;
  readonly planTopic?: string | null;
  readonly now: () => number;
  /** As of when providers are judged, if not now. */
  readonly asOf?: () => number;
  /** Where that is taken, any that is free. */
  readonly port: number;
}

export interface Answered {
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}

export interface PageServer {
  /** With a slash at its end; the same each time it starts. */
  readonly url: string;
  /** Why the store cannot be reached; it can without. */
  storeFault: string | undefined;
  /** All answers since the first start. */
  readonly answered: readonly Answered[];
  stop(): Promise<void>;
  /** After `stop`. */
  start(): Promise<void>;
}

/** Serves the page of some datasets as `accrete serve` does, on loopback, with what can go wrong to order. */
export async function startPageServer({
  wirings,
  store,
  planTopic = null,
  now,
  asOf = now,
  port,
}: PageOptions): Promise<PageServer> {
  const answered: Answered[] = [];
  const around: Around = (call, perform) =>
    served.storeFault === undefined
      ? perform()
      : Promise.reject(new StorageError("read", call.key, served.storeFault));
  const cloud: Cloud = {
    datasets: wirings.map(({ descriptor }) => descriptor),
    faulty: new Map(),
    queue: wirings[0].queue,
    timeoutMs: patienceMs,
    objectBytesMax: Number.POSITIVE_INFINITY,
    corsOrigins: [],
    store,
    planTopic,
    now,
    asOf,
    use(dataset, invocation, work) {
      const wiring = wirings.find((one) => one.descriptor.id === dataset.id) as LocalWiring;
      return work({ ...wiring, store: storeWithin(wiring.store, around), ...invocation });
    },
  };
  const write = (line: string) => {
    // What was ordered to fail is no news.
    if (served.storeFault === undefined) process.stderr.write(line);
  };
  const log = createLog({ form: "text", write, now: Date.now });
  const answer = createAnswering(status, { environment: {}, known: cloud.datasets, open: async () => cloud });
  const listen = (at: number) =>
    startLocalServer(
      async (asked) => {
        const told = await answer(asked, log);
        const bytes = "opened" in told ? told.end - told.first : bytesOf(told).length;
        answered.push({ path: asked.path, status: told.status, bytes });
        return told;
      },
      { host: "127.0.0.1", port: at, onFailure: (error) => log("ERROR", reasonOf(error)) },
    );
  let server: LocalServer = await listen(port || (await freePort())).catch(async () =>
    listen(await freePort()),
  );
  const { url } = server;
  const served: PageServer = {
    url,
    storeFault: undefined,
    answered,
    stop: () => server.close(),
    async start() {
      server = await listen(Number(new URL(url).port));
    },
  };
  return served;
}
