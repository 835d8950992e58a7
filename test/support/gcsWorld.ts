import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { createGcsStore, type GcsLimits, type GcsStoreOptions } from "../../shared/store/gcs/gcsStore.ts";
import type { Store } from "../../shared/store/store.ts";
import { type StorageServer, type StorageServerOptions, startStorageServer } from "./storageServer.ts";

export const bucket = "archive";

/** Waits of next to nothing, and no limit on writes. */
export const quick: Partial<GcsLimits> = {
  writeEveryMs: 0,
  backoffFirstMs: 1,
  backoffLongestMs: 2,
  rateBackoffFirstMs: 1,
};

export function gcsStore(endpoint: string, options: Partial<GcsStoreOptions> = {}): Store {
  const own = { newId: randomUUID, random: Math.random, now: Date.now };
  return createGcsStore({
    bucket,
    prefix: "",
    endpoint,
    ...own,
    ...options,
    limits: { ...quick, ...options.limits },
  });
}

/** A server of its own for the test, and a store on it. */
export async function startGcs(
  t: TestContext,
  options: Partial<GcsStoreOptions> = {},
  serverOptions: Partial<StorageServerOptions> = {},
): Promise<{ readonly server: StorageServer; readonly store: Store }> {
  const server = await startStorageServer({ buckets: [bucket], ...serverOptions });
  t.after(() => server.close());
  return { server, store: gcsStore(server.url, options) };
}
