import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { datasetById } from "../shared/dataset/catalogue.ts";
import { inflateNode } from "../shared/decode/inflateNode.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { createMemoryLedger } from "../shared/ledger/memory.ts";
import { createSqliteLedger } from "../shared/ledger/sqlite.ts";
import type { PipelineEvent } from "../shared/pipeline/events.ts";
import { defaultLimits, type Wiring } from "../shared/pipeline/wiring.ts";
import { createLocalQueue, type LocalQueue } from "../shared/queue/local.ts";
import { createFtpSource } from "../shared/source/ftp.ts";
import { createFilesystemStore } from "../shared/store/filesystem.ts";
import type { Settings } from "./settings.ts";

/** Messages that wait inside this process: what one plan sends at most, several times over. */
const messagesMax = 1024;

export interface LocalWiring extends Wiring {
  readonly queue: LocalQueue;
  /** Ends connections and closes files. */
  close(): Promise<void>;
}

/**
 * Constructs every adapter for work on this machine, and hands in clock and randomness. Nothing is opened before it is
 * needed. Throws a `UsageError` if there is no dataset of that id.
 */
export function localWiring(
  id: string,
  settings: Settings,
  report: (event: PipelineEvent) => void,
): LocalWiring {
  return wiringOn(createSqliteLedger(settings.ledgerFile), id, settings, report);
}

/** The same for who only looks: a ledger that is not there counts as an empty one, and is not created. */
export function lookingWiring(id: string, settings: Settings): LocalWiring {
  const isThere = existsSync(settings.ledgerFile);
  const ledger = isThere ? createSqliteLedger(settings.ledgerFile) : { ...createMemoryLedger(), close() {} };
  return wiringOn(ledger, id, settings, () => undefined);
}

function wiringOn(
  ledger: Ledger & { close(): void },
  id: string,
  settings: Settings,
  report: (event: PipelineEvent) => void,
): LocalWiring {
  const dataset = datasetById(id);
  const newId = () => `${hostname()}/${process.pid}/${randomUUID()}`;
  const source = createFtpSource({
    url: settings.sourceUrl ?? dataset.source.url,
    connectionsMax: dataset.source.connectionsMax,
    random: Math.random,
  });
  return {
    dataset,
    ...(settings.start === undefined ? {} : { start: settings.start }),
    store: createFilesystemStore(settings.storeDirectory, randomUUID),
    ledger,
    queue: createLocalQueue(messagesMax),
    source,
    inflater: inflateNode,
    now: Date.now,
    asOf: () => settings.asOf ?? Date.now(),
    newId,
    repeat: (everyMs, task) => {
      const timer = setInterval(task, everyMs).unref();
      return () => clearInterval(timer);
    },
    wait: (ms, signal) =>
      delay(ms, undefined, { signal }).catch(() => {
        throw signal.reason;
      }),
    isLate: () => false,
    report,
    limits: { ...defaultLimits, chunkLeaseMs: settings.leaseMs, commitLeaseMs: settings.leaseMs / 2 },
    async close() {
      await source.close();
      ledger.close();
    },
  };
}

/** Works with a wiring and closes it, however the work ends. */
export async function closing<Result>(
  wiring: LocalWiring,
  work: (wiring: LocalWiring) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(wiring);
  } finally {
    await wiring.close();
  }
}
