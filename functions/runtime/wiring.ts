import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { asDescribed, type Descriptor } from "../../shared/dataset/dataset.ts";
import { UsageError } from "../../shared/errors.ts";
import { inflateNode } from "../../shared/format/decompress/inflateNode.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { SqliteLedgerOptions } from "../../shared/ledger/sqlite.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { defaultLimits, type Limits, type Wiring } from "../../shared/pipeline/wiring.ts";
import { createLocalQueue, type LocalQueue } from "../../shared/queue/local.ts";
import type { Queue } from "../../shared/queue/queue.ts";
import { repeat } from "../../shared/repeating.ts";
import type { ProxyOptions } from "../../shared/source/http/core/connections/proxies.ts";
import { openSource as openSourceOf } from "../../shared/source/open.ts";
import type { Source } from "../../shared/source/source.ts";
import type { Store } from "../../shared/store/store.ts";
import { pause } from "../../shared/waiting.ts";
import { credentialsOf, isOfOneServer } from "./credentials.ts";
import { proxiesIn } from "./settings/proxies.ts";
import type { Endpoints, Settings } from "./settings.ts";

/** Messages that wait inside this process: what one plan sends at most, several times over. */
const messagesMax = 1024;
/** Cloud Storage takes one write a second to one object; at half that pace more is told in each commit. */
export const cloudCommitEveryMs = 2000;

export type Closable = { close(): Promise<void> };
export type ClosableLedger = Ledger & { close(): Promise<void> | void };

export interface LocalWiring extends Wiring {
  readonly queue: LocalQueue;
  /** Ends connections and closes files. */
  close(): Promise<void>;
}

/**
 * Constructs every adapter for work on this machine, and hands in clock and randomness. Nothing is opened before it is
 * needed. With a queue in the settings, what readers may hear of is published there.
 */
export async function localWiring(
  descriptor: Descriptor,
  settings: Settings,
  report: (event: PipelineEvent) => void,
  own: OwnAdapters = {},
): Promise<LocalWiring> {
  return wiringOn(own.ledger ?? (await openLedger(settings)), descriptor, settings, report, own);
}

/** Instead of what the settings say; whoever made them closes them. */
export type OwnAdapters = Partial<Pick<Wiring, "store" | "queue" | "source"> & { readonly ledger: Ledger }>;

/** The same for who only looks, and may not be allowed to write: a ledger that is not there counts as an empty one. */
export async function readOnlyWiring(
  descriptor: Descriptor,
  settings: Settings,
  own: OwnAdapters = {},
): Promise<LocalWiring> {
  const ledger = own.ledger ?? (await openLedger(settings, { readOnly: true }));
  return wiringOn(ledger, descriptor, settings, () => undefined, own);
}

async function wiringOn(
  ledger: Ledger | ClosableLedger,
  descriptor: Descriptor,
  settings: Settings,
  report: (event: PipelineEvent) => void,
  own: OwnAdapters = {},
): Promise<LocalWiring> {
  const local = createLocalQueue(messagesMax);
  const listeners = settings.queue && (await openQueue(settings));
  const source = own.source ?? (await openSource(descriptor, settings, descriptor.source.connectionsMax));
  return {
    ...processRuntime(settings),
    descriptor,
    store: own.store ?? (await openStore(settings)),
    ledger: checkedLedger(asDescribed(descriptor), ledger),
    queue: {
      run: local.run,
      async publish(topic, messages, signal) {
        if (topic !== "extended") return local.publish(topic, messages, signal);
        await (own.queue ?? listeners)?.publish(topic, messages, signal);
      },
    },
    source,
    late: new AbortController().signal,
    report,
    limits: limitsOf(settings),
    async close() {
      await Promise.all([
        own.source === undefined && source.close(),
        own.ledger === undefined && (ledger as ClosableLedger).close(),
        listeners?.close(),
      ]);
    },
  };
}

/** Clock, randomness and what a person set. */
export function processRuntime(settings: Settings) {
  return {
    ...startOf(settings),
    inflater: inflateNode,
    now: Date.now,
    asOf: () => settings.asOf ?? Date.now(),
    newId: () => `${hostname()}/${process.pid}/${randomUUID()}`,
    repeat,
    wait: pause,
  } satisfies Partial<Wiring>;
}

/** Where a dataset that is created now shall begin, if a person set it. */
export function startOf({ start }: Settings): Pick<Wiring, "start"> {
  return start === undefined ? {} : { start };
}

export function limitsOf({ leaseMs, store }: Settings): Limits {
  return {
    ...defaultLimits,
    chunkLeaseMs: leaseMs,
    commitLeaseMs: leaseMs / 2,
    planLeaseMs: 5 * leaseMs,
    batchStartMs: 2 * leaseMs,
    commitEveryMs: store.kind === "gs" ? cloudCommitEveryMs : 0,
  };
}

/**
 * The source of a dataset, all its base URLs. `connectionsUsual`: where a person has set no other number. Where a secret is not set
 * each question to it throws the `UsageError` that says so: who only looks at what is stored asks none, and needs no secret.
 */
export async function openSource(
  descriptor: Descriptor,
  settings: Settings,
  connectionsUsual: number,
): Promise<Source> {
  const bases = await basesOf(descriptor, settings, settings.connections ?? connectionsUsual).catch(faultOf);
  return bases instanceof UsageError ? refusingSource(bases) : openSourceOf(bases);
}

function refusingSource(fault: UsageError): Source {
  const refuse = () => {
    throw fault;
  };
  return { search: refuse, fetch: async () => refuse(), close: async () => undefined };
}

/** What each base URL of a dataset is opened with. Throws a `UsageError` with all that is wrong with their secrets. */
async function basesOf(
  { source: { bases } }: Descriptor,
  { sourceUrl, secrets, proxies }: Settings,
  connectionsMax: number,
) {
  const options = await Promise.allSettled(
    bases.map(async ({ name, url, listing, auth }) => {
      const isReplaced = name === "" && sourceUrl !== undefined;
      // What is secret between the descriptor's server and its keeper is sent to no other.
      const isSent = auth && (!isReplaced || isOfOneServer(sourceUrl, url));
      return {
        name,
        ...(listing && { listing }),
        ...(isSent && { credentials: await credentialsOf(auth, secrets) }),
        url: isReplaced ? sourceUrl : url,
        ...runtimeOf(connectionsMax, proxies),
      };
    }),
  );
  const faults = options.flatMap((one) => (one.status === "rejected" ? faultOf(one.reason).faults : []));
  if (faults.length > 0) throw new UsageError(faults);
  return options.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

function faultOf(thrown: unknown): UsageError {
  if (thrown instanceof UsageError) return thrown;
  throw thrown;
}

/** A source by its URL alone. */
export function openSourceAt(url: string, connectionsMax: number): Promise<Source> {
  return openSourceOf([{ name: "", url, ...runtimeOf(connectionsMax, proxiesIn(process.env)) }]);
}

/** Opens URLs of a dataset's own servers as whom and in the way that its descriptor says; others by themselves. */
export function openerFor({ source: { bases } }: Descriptor, { secrets, proxies }: Settings) {
  return async (url: string, connectionsMax: number): Promise<Source> => {
    const { listing, auth } = bases.find((base) => isOfOneServer(base.url, url)) ?? {};
    const options = {
      ...(listing && { listing }),
      ...(auth && { credentials: await credentialsOf(auth, secrets) }),
    };
    return openSourceOf([{ name: "", url, ...options, ...runtimeOf(connectionsMax, proxies) }]);
  };
}

function runtimeOf(connectionsMax: number, proxies: ProxyOptions) {
  return { connectionsMax, proxies, random: Math.random, now: Date.now };
}

// An adapter of the cloud is loaded where it is wanted: its client takes longer to load than most commands to run.

export async function openStore({ store, endpoints }: Settings): Promise<Store> {
  if (store.kind === "file") {
    const { createFilesystemStore } = await import("../../shared/store/filesystem/filesystemStore.ts");
    return createFilesystemStore(store.directory, randomUUID);
  }
  const { createGcsStore } = await import("../../shared/store/gcs/gcsStore.ts");
  return createGcsStore({
    bucket: store.bucket,
    prefix: store.prefix,
    ...endpointOf(endpoints, "storage", "endpoint"),
    newId: randomUUID,
    random: Math.random,
    now: Date.now,
  });
}

export async function openLedger(
  { ledger, endpoints }: Settings,
  options: SqliteLedgerOptions = {},
): Promise<ClosableLedger> {
  if (ledger.kind === "sqlite") {
    const { createSqliteLedger } = await import("../../shared/ledger/sqlite.ts");
    return createSqliteLedger(ledger.file, options);
  }
  const { createFirestoreLedger } = await import("../../shared/ledger/firestore.ts");
  return createFirestoreLedger({
    project: ledger.project,
    database: ledger.database,
    ...endpointOf(endpoints, "firestore", "emulatorHost"),
    newId: randomUUID,
  });
}

/** Throws where the settings name no queue. */
export async function openQueue({ queue, endpoints }: Settings): Promise<Queue & Closable> {
  if (!queue) throw new TypeError("the settings name no queue");
  const { createPubsubQueue } = await import("../../shared/queue/pubsub.ts");
  return createPubsubQueue({ ...queue, ...endpointOf(endpoints, "pubsub", "emulatorHost") });
}

function endpointOf<Option extends string>(endpoints: Endpoints, of: keyof Endpoints, option: Option) {
  const endpoint = endpoints[of];
  return endpoint === undefined ? {} : ({ [option]: endpoint } as Record<Option, string>);
}

/** Works with a wiring and closes it, however the work ends. */
export async function disposal<Wired extends Closable, Result>(
  wiring: Promise<Wired>,
  work: (wiring: Wired) => Promise<Result>,
): Promise<Result> {
  const wired = await wiring;
  try {
    return await work(wired);
  } finally {
    await wired.close();
  }
}
