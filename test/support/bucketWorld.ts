/** The tiny dataset in a bucket on loopback: its objects go through Cloud Storage's adapter, all else is as in any tiny world. */
import type { GcsLimits } from "../../shared/store/gcs/gcsStore.ts";
import type { Store } from "../../shared/store/store.ts";
import { bucket, gcsStore } from "./gcsWorld.ts";
import { type MemoryWiring, memoryWiring, storeWithin } from "./memoryWiring.ts";
import { type ReadDataset, readStore } from "./readStore.ts";
import { type StorageServer, startStorageServer } from "./storageServer.ts";
import { neverAborted, type TinyWorld } from "./tinyWorld.ts";
import { createWatch, type Watched } from "./watch.ts";

export interface BucketWorld {
  readonly world: TinyWorld;
  readonly server: StorageServer;
  /** A process of its own with a client of its own. */
  wiring(options?: BucketWiringOptions): MemoryWiring;
  /** What a user finds who opens the dataset over HTTP. */
  read(): Promise<ReadDataset>;
  close(): Promise<void>;
}

export interface BucketWiringOptions {
  readonly limits?: Partial<GcsLimits>;
  /** Called with the key after each put, however it ended. */
  readonly afterPut?: (key: string) => void;
}

/** Begins with the objects, the ledger and the clocks of `base`, which goes its own way from there; the provider is shared. */
export async function startBucketWorld(base: TinyWorld): Promise<BucketWorld> {
  const server = await startStorageServer({ buckets: [bucket] });
  const world = await base.copy();
  for (const key of await base.store.list("", neverAborted)) {
    const { bytes } = (await base.store.read(key, neverAborted)) as { bytes: Uint8Array };
    server.put(bucket, key, bytes);
  }
  return {
    world,
    server,
    wiring({ limits = {}, afterPut = () => undefined } = {}) {
      const store = lookedAt(gcsStore(server.url, { limits }), afterPut);
      return { ...memoryWiring(world), store };
    },
    async read() {
      const found = await readStore(gcsStore(server.url));
      if (!found) throw new Error("the dataset does not exist");
      return found;
    },
    close: () => server.close(),
  };
}

/** The same store, where somebody looks after each put. */
export function lookedAt(store: Store, afterPut: (key: string) => void): Store {
  return storeWithin(store, async ({ operation, key }, perform) => {
    try {
      return await perform();
    } finally {
      if (operation === "put") afterPut(key);
    }
  });
}

/** A reader of the tiny dataset in a bucket who looks at an object whenever it may have changed. */
export function createBucketWatch(server: StorageServer, watched: Watched) {
  const watch = createWatch(watched);
  const seen = new Map<string, bigint>();
  const see = (name: string) => {
    const object = server.find(bucket, name);
    if (!object || seen.get(name) === object.generation) return;
    seen.set(name, object.generation);
    watch.seePut(name, object.bytes);
  };
  // What the consolidated metadata speak of is there before them.
  const isLast = (name: string) => name.endsWith(".zmetadata");
  const names = server.names(bucket);
  for (const name of [...names.filter((name) => !isLast(name)), ...names.filter(isLast)]) see(name);
  return { watch, see };
}
