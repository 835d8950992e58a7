/** The tiny dataset where a share of all calls fails: those to an FTP server, to Cloud Storage and to a ledger in SQLite. */

import { join } from "node:path";
import type { TestContext } from "node:test";
import type { RunOutcome } from "../../functions/runtime/runUntilCurrent.ts";
import { ContentionError, SourceError, StorageError } from "../../shared/errors.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { createSqliteLedger } from "../../shared/ledger/sqlite.ts";
import { createFtpClient } from "../../shared/source/ftp/ftp.ts";
import { sourceOf } from "../../shared/source/ftp/ftpSource.ts";
import type { Store } from "../../shared/store/store.ts";
import { lookedAt } from "./bucketWorld.ts";
import { type FtpServer, startFtpServer } from "./ftpServer.ts";
import { bucket, gcsStore } from "./gcsWorld.ts";
import { clientWithin, memoryWiring, storeWithin } from "./memoryWiring.ts";
import { seeded } from "./seeded.ts";
import { type StorageServer, startStorageServer } from "./storageServer.ts";
import { temporaryDirectory } from "./temporaryDirectory.ts";
import { hourMs, tinyGranule, tinyPath, tinyTime } from "./tinyDataset.ts";
import { type TinyWorld, tinyWorld } from "./tinyWorld.ts";
import { type CallCounts, unsteadyLedger } from "./unsteadyLedger.ts";

export interface FaultyWorldOptions {
  readonly seed: number;
  /** Timesteps, whose granules are all there; the dataset ends with them. */
  readonly steps: number;
  readonly chunkLength: number;
  readonly share: number;
}

/** What the pipeline asked of its ports. */
export interface Asked {
  fetches: number;
  storeCalls: number;
  readonly ledger: CallCounts;
}

export interface FaultyWorld {
  readonly world: TinyWorld;
  readonly ftp: FtpServer;
  readonly storage: StorageServer;
  readonly asked: Asked;
  /** One run by a process of its own. Throws what no network explains. */
  run(afterPut: (key: string) => void): Promise<RunOutcome | SourceError | StorageError | ContentionError>;
  /** What stands in the bucket at this instant. */
  snapshot(): Store;
  /** From now on nothing fails. */
  calm(): void;
}

const connectionsMax = 6;
/** Waits of next to nothing. */
const quick = { backoffFirstMs: 1, backoffLongestMs: 2 };

export async function startFaultyWorld(
  t: TestContext,
  { seed, steps, chunkLength, share }: FaultyWorldOptions,
): Promise<FaultyWorld> {
  const chance = (stream: number) => seeded(seed * 10 + stream);
  const world = tinyWorld({ chunkLength, batchesMax: 3, connectionsMax, end: steps - 1 });
  const ftp = await startFtpServer({
    now: () => world.clock.asOf,
    mlsd: seed % 2 === 1,
    random: chance(1),
    faults: { share },
  });
  const storage = await startStorageServer({ buckets: [bucket], random: chance(2), faults: { share } });
  for (let index = 0; index < steps; index++) {
    ftp.put(tinyPath(index), tinyGranule({ index }), tinyTime(index) + hourMs);
  }
  const sqlite = createSqliteLedger(join(await temporaryDirectory(t), "ledger.sqlite"));
  const client = createFtpClient({ url: ftp.url, connectionsMax, random: chance(3), limits: quick });
  t.after(async () => {
    await client.close();
    sqlite.close();
    await Promise.all([ftp.close(), storage.close()]);
  });
  const asked: Asked = { fetches: 0, storeCalls: 0, ledger: { calls: 0, failures: 0 } };
  const ports = {
    source: sourceOf(
      clientWithin(client, ({ operation }, perform) => {
        if (operation === "fetch") asked.fetches++;
        return perform();
      }),
    ),
    store: storeWithin(gcsStore(storage.url, { random: chance(4) }), (_, perform) => {
      asked.storeCalls++;
      return perform();
    }),
    ledger: checkedLedger(
      world.dataset,
      unsteadyLedger(sqlite, () => storage.faults.share, chance(5), asked.ledger),
    ),
  };
  return {
    world,
    ftp,
    storage,
    asked,
    run: (afterPut) =>
      world
        .run({}, { ...memoryWiring(world), ...ports, store: lookedAt(ports.store, afterPut) })
        .catch(explained),
    snapshot: () => snapshotOf(storage),
    calm() {
      ftp.faults.share = 0;
      storage.faults.share = 0;
    },
  };
}

function explained(error: unknown): SourceError | StorageError | ContentionError {
  if (error instanceof SourceError || error instanceof StorageError) return error;
  if (error instanceof ContentionError) return error;
  throw error;
}

function snapshotOf(storage: StorageServer): Store {
  const objects = new Map(storage.names(bucket).map((name) => [name, storage.find(bucket, name)]));
  const refuse = async () => {
    throw new StorageError("put", "snapshot", "is only read");
  };
  return {
    async read(key) {
      const object = objects.get(key);
      return object && { bytes: object.bytes, generation: String(object.generation) };
    },
    open: refuse,
    put: refuse,
    delete: refuse,
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
  };
}
