import type { LocalWiring } from "../../functions/runtime/wiring.ts";
import { asDescribed, type Dataset, type Descriptor } from "../../shared/dataset/dataset.ts";
import { inflateNode } from "../../shared/format/decompress/inflateNode.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { createMemoryLedger } from "../../shared/ledger/memory.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { defaultLimits, type Limits } from "../../shared/pipeline/wiring.ts";
import { createLocalQueue, type LocalQueue } from "../../shared/queue/local.ts";
import type { Topics } from "../../shared/queue/queue.ts";
import type { FtpClient } from "../../shared/source/ftp/client.ts";
import { sourceOf } from "../../shared/source/ftp/ftpSource.ts";
import type { Source } from "../../shared/source/source.ts";
import { createMemoryStore } from "../../shared/store/memory.ts";
import type { Store } from "../../shared/store/store.ts";

/** Clocks that stand still but where they are set. `now` goes on by a millisecond each time somebody looks. */
export interface VirtualClock {
  now: number;
  asOf: number;
}

/** What several processes have in common. */
export interface Surroundings {
  readonly dataset: Dataset;
  readonly source: FtpClient;
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly ledger: Ledger;
  readonly clock: VirtualClock;
  /** Wirings made so far: each gets a name of its own. */
  wirings: number;
}

export function surroundings(dataset: Dataset, source: FtpClient, t: number): Surroundings {
  return {
    dataset,
    source,
    store: createMemoryStore(),
    ledger: createMemoryLedger(),
    clock: { now: t, asOf: t },
    wirings: 0,
  };
}

export interface PortCall {
  readonly port: "store" | "ledger" | "queue" | "source";
  readonly operation: string;
  /** The object's key, the chunk's number (`dataset` for the dataset's own record), the topic, or the provider's path. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Stands round every call that a wiring makes to a port. */
export type Around = <Result>(call: PortCall, perform: () => Promise<Result>) => Promise<Result>;

/** Leases are short: a run that waits for one to run out looks again and again. */
export const memoryLimits: Limits = { ...defaultLimits, chunkLeaseMs: 4000, commitLeaseMs: 2000 };

export interface MemoryWiringOptions {
  readonly dataset?: Descriptor;
  readonly start?: number;
  readonly limits?: Partial<Limits>;
  /** Instead of the provider of the surroundings alone. */
  readonly source?: Source;
  readonly around?: Around;
  /** What happens while the wiring waits; else only its clocks go on. */
  readonly meanwhile?: (ms: number) => Promise<void> | void;
  /** Aborted when time runs out; never if absent. */
  readonly late?: AbortSignal;
  /** Repeats tasks; else nothing is ever repeated. */
  readonly repeat?: LocalWiring["repeat"];
}

export type Sent = { [Topic in keyof Topics]: { topic: Topic; message: Topics[Topic] } }[keyof Topics];

export interface MemoryWiring extends LocalWiring {
  readonly events: PipelineEvent[];
  readonly sent: Sent[];
}

/** Of all processes together. */
let names = 0;

/** One process: everything in memory, whatever happens recorded. */
export function memoryWiring(shared: Surroundings, options: MemoryWiringOptions = {}): MemoryWiring {
  const { clock, source } = shared;
  const { around = (_, perform) => perform(), meanwhile } = options;
  const name = `process-${++shared.wirings}`;
  const descriptor = options.dataset ?? shared.dataset;
  const queue = createLocalQueue(10_000);
  const events: PipelineEvent[] = [];
  const sent: Sent[] = [];
  return {
    descriptor,
    ...(options.start === undefined ? {} : { start: options.start }),
    store: storeWithin(shared.store, around),
    ledger: checkedLedger(asDescribed(descriptor), ledgerWithin(shared.ledger, around)),
    late: options.late ?? new AbortController().signal,
    queue: queueWithin(
      {
        run: queue.run,
        async publish(topic, messages, signal) {
          sent.push(...messages.map((message) => ({ topic, message }) as Sent));
          await queue.publish(topic, messages, signal);
        },
      },
      around,
    ),
    source: options.source ?? sourceOf(clientWithin(source, around)),
    inflater: inflateNode,
    now: () => ++clock.now,
    asOf: () => clock.asOf,
    newId: () => `${name}/${++names}`,
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      clock.now += ms;
      clock.asOf += ms;
      await meanwhile?.(ms);
      await othersGoOn();
      signal.throwIfAborted();
    },
    report: (event) => {
      events.push(event);
    },
    limits: { ...memoryLimits, ...options.limits },
    events,
    sent,
    repeat: options.repeat ?? (() => async () => undefined),
    async close() {},
  };
}

/** Whoever does not wait gets further meanwhile: else one that looks again and again would never see another end. */
const othersGoOn = () => new Promise((resolve) => setImmediate(resolve));

export function storeWithin(store: Store, around: Around): Store {
  const call = (operation: string, key: string, signal: AbortSignal): PortCall => {
    return { port: "store", operation, key, signal };
  };
  return {
    read: (key, signal) => around(call("read", key, signal), () => store.read(key, signal)),
    open: (key, signal) => around(call("open", key, signal), () => store.open(key, signal)),
    put: (key, bytes, generation, headers, signal) =>
      around(call("put", key, signal), () => store.put(key, bytes, generation, headers, signal)),
    delete: (key, generation, signal) =>
      around(call("delete", key, signal), () => store.delete(key, generation, signal)),
    list: (prefix, signal) => around(call("list", prefix, signal), () => store.list(prefix, signal)),
  };
}

export function queueWithin(queue: LocalQueue, around: Around): LocalQueue {
  return {
    run: queue.run,
    publish: (topic, messages, signal) =>
      around({ port: "queue", operation: "publish", key: topic, signal }, () =>
        queue.publish(topic, messages, signal),
      ),
  };
}

export function clientWithin(client: FtpClient, around: Around): FtpClient {
  const call = (operation: string, key: string, signal: AbortSignal): PortCall => {
    return { port: "source", operation, key, signal };
  };
  return {
    list: (directory, signal) =>
      around(call("list", directory, signal), () => client.list(directory, signal)),
    modifiedAt: (path, signal) =>
      around(call("modifiedAt", path, signal), () => client.modifiedAt(path, signal)),
    sizeBytes: (path, signal) =>
      around(call("sizeBytes", path, signal), () => client.sizeBytes(path, signal)),
    fetch: (path, bytesMax, signal) =>
      around(call("fetch", path, signal), () => client.fetch(path, bytesMax, signal)),
    close: () => client.close(),
  };
}

export function ledgerWithin(ledger: Ledger, around: Around): Ledger {
  const call = (operation: string, signal: AbortSignal, chunk: number | string = "dataset"): PortCall => ({
    port: "ledger",
    operation,
    key: String(chunk),
    signal,
  });
  return {
    read: (key, signal) => around(call("read", signal, key.chunk), () => ledger.read(key, signal)),
    write: (key, record, version, signal) =>
      around(call("write", signal, key.chunk), () => ledger.write(key, record, version, signal)),
    delete: (key, version, signal) =>
      around(call("delete", signal, key.chunk), () => ledger.delete(key, version, signal)),
    window: (dataset, first, last, limit, signal) =>
      around(call("window", signal, `${first}..${last}`), () =>
        ledger.window(dataset, first, last, limit, signal),
      ),
    uncommitted: (dataset, limit, signal) =>
      around(call("uncommitted", signal), () => ledger.uncommitted(dataset, limit, signal)),
    due: (dataset, from, until, limit, signal) =>
      around(call("due", signal), () => ledger.due(dataset, from, until, limit, signal)),
    leased: (dataset, at, limit, signal) =>
      around(call("leased", signal), () => ledger.leased(dataset, at, limit, signal)),
  };
}
