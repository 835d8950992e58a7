/** The whole cloud on one machine: emulators of Firestore and Pub/Sub, a storage server, and the functions as services. */
import { resolve } from "node:path";
import { type Emulator, startFirestoreEmulator, startPubsubEmulator } from "../support/emulators.ts";
import { type StorageServer, startStorageServer } from "../support/storageServer.ts";
import { type Meddle, type Service, startService } from "./service.ts";
import { createTopics, type Topics, type TopicsOptions } from "./topics.ts";

export const project = "accrete-local";
export const bucket = "accrete-local";
const planConcurrency = 8;

export interface LocalCloudOptions {
  /** The module that registers the functions; as deployed if absent. */
  readonly entry?: string;
  /** Workers at once: `extend` runs in so many instances, one request each. */
  readonly workersMax: number;
  /** Besides where everything is. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Fixed ports, else any free ones. */
  readonly ports?: Partial<Record<"firestore" | "pubsub" | "storage" | "plan" | "extend" | "status", number>>;
  readonly meddle?: { readonly plan?: Meddle; readonly extend?: Meddle };
  /** Leaves the messages of `extend` to be pulled: the emulator pushes hardly more than two at once. */
  readonly pullsExtend?: boolean;
  readonly onLine?: (line: string) => void;
  readonly attemptsMax?: TopicsOptions["attemptsMax"];
  readonly backoff?: TopicsOptions["backoff"];
}

export interface LocalCloud extends Topics {
  readonly storage: StorageServer;
  readonly plan: Service;
  readonly extend: Service;
  readonly status: Service;
  /** What lets the command work on the same datasets. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts all of it; resolves when it takes messages. Whatever was started is ended where something cannot be. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { workersMax, ports = {}, meddle = {}, onLine } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    const emulators = await Promise.allSettled([
      startFirestoreEmulator(ports.firestore),
      startPubsubEmulator(ports.pubsub),
    ]);
    for (const started of emulators) if (started.status === "fulfilled") closers.push(started.value.stop);
    const [firestore, pubsub] = emulators.map((started) => {
      if (started.status === "rejected") throw started.reason;
      return started.value;
    }) as [Emulator, Emulator];
    const storage = await startStorageServer({
      buckets: [bucket],
      ...(ports.storage && { port: ports.storage }),
    });
    closers.push(storage.close);
    const environment = {
      ACCRETE_STORE: `gs://${bucket}`,
      ACCRETE_LEDGER: `firestore://${project}/accrete`,
      ACCRETE_QUEUE: `pubsub://${project}/accrete`,
      ACCRETE_STORAGE_ENDPOINT: storage.url,
      FIRESTORE_EMULATOR_HOST: firestore.host,
      PUBSUB_EMULATOR_HOST: pubsub.host,
      GOOGLE_CLOUD_PROJECT: project,
    };
    const start = async (target: "plan" | "extend" | "status", instancesMax: number, concurrency: number) => {
      const hook = target === "status" ? undefined : meddle[target];
      const service = await startService({
        target,
        entry: options.entry ?? resolve(import.meta.dirname, "../../functions/index.ts"),
        environment: { ...environment, ...options.environment },
        instancesMax,
        concurrency,
        ...(ports[target] && { port: ports[target] }),
        ...(onLine && { onLine }),
        ...(hook && { meddle: hook }),
      });
      closers.push(service.close);
      return service;
    };
    const starting = [
      start("plan", 1, planConcurrency),
      start("extend", workersMax, 1),
      start("status", 1, planConcurrency),
    ] as const;
    await Promise.allSettled(starting); // what starts beside one that cannot is ended too
    const [plan, extend, status] = await Promise.all(starting);
    const topics = await createTopics({
      pubsub: pubsub.host,
      project,
      prefix: "accrete",
      endpoints: { plan: plan.url, ...(options.pullsExtend ? {} : { extend: extend.url }) },
      ...(options.attemptsMax && { attemptsMax: options.attemptsMax }),
      ...(options.backoff && { backoff: options.backoff }),
    });
    return { ...topics, storage, plan, extend, status, environment, close };
  } catch (error) {
    await close();
    throw error;
  }
}
