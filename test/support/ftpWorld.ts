/** The tiny dataset, whose provider is an FTP server on loopback behind the real adapter; archive and clocks are in memory. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { RunOutcome } from "../../functions/runtime/runUntilCurrent.ts";
import type { FtpClient } from "../../shared/source/ftp/client.ts";
import { createFtpClient } from "../../shared/source/ftp/ftp.ts";
import { sourceOf } from "../../shared/source/ftp/ftpSource.ts";
import type { FtpLimits } from "../../shared/source/ftp/limits.ts";
import { type FtpServer, type FtpServerOptions, startFtpServer } from "./ftpServer.ts";
import { hourMs, tinyGranule, tinyPath, tinyTime } from "./tinyDataset.ts";
import {
  neverAborted,
  type PublishOptions,
  type TinyWorld,
  tinyWorld,
  type WorldOptions,
} from "./tinyWorld.ts";
import { createWatch } from "./watch.ts";

export interface FtpWorld {
  readonly world: TinyWorld;
  readonly server: FtpServer;
  /** Puts the granule of a timestep on the server, by default an hour after its time. */
  publish(index: number, options?: FtpPublishOptions): void;
  publishAll(first: number, last: number): void;
  /** One run by a process of its own, while a reader looks after every put; also what tries failed of, by path. */
  run(options?: FtpRunOptions): Promise<RunOutcome & { readonly failures: Readonly<Record<string, string>> }>;
  /** What failing timesteps are said to suffer from, by index. */
  faults(): Promise<Record<number, string>>;
}

export type FtpPublishOptions = Pick<PublishOptions, "revision" | "bytes" | "modifiedAt">;

export interface FtpRunOptions {
  /** What happens between a listing and the fetch of each granule. */
  readonly beforeFetch?: (path: string) => Promise<void> | void;
  /** The same between a fetch and what becomes of its bytes. */
  readonly afterFetch?: (path: string) => Promise<void> | void;
}

export interface FtpWorldOptions extends WorldOptions {
  readonly server?: FtpServerOptions;
  readonly limits?: Partial<FtpLimits>;
  readonly steps?: number;
}

const revisionsMax = 3;

export async function startFtpWorld(t: TestContext, options: FtpWorldOptions = {}): Promise<FtpWorld> {
  const { compression = "gzip", chunkLength = 4, connectionsMax = 3, steps = 24 } = options;
  const world = tinyWorld({ ...options, connectionsMax });
  const server = await startFtpServer({ now: () => world.clock.asOf, ...options.server });
  const client = createFtpClient({
    url: server.url,
    connectionsMax,
    random: () => 0.5,
    limits: { backoffFirstMs: 1, backoffLongestMs: 2, ...options.limits },
  });
  t.after(async () => {
    await client.close();
    await server.close();
  });
  const published = new Set<string>();
  const wasPublished = (index: number, revision: number) => published.has(`${index} ${revision}`);
  const watch = createWatch({ chunkLength, steps, revisionsMax, wasPublished });

  async function look(key: string): Promise<void> {
    const object = await world.store.read(key, neverAborted);
    if (object) watch.seePut(key, object.bytes);
  }

  function publish(index: number, { revision = 0, bytes, modifiedAt }: FtpPublishOptions = {}): void {
    if (!bytes) published.add(`${index} ${revision}`);
    const path = tinyPath(index, "tiny", compression === "gzip" ? ".bin.gz" : ".bin");
    const at = modifiedAt ?? tinyTime(index) + hourMs + revision * 60_000;
    server.put(path, bytes ?? tinyGranule({ index, revision, compression }), at);
  }

  return {
    world,
    server,
    publish,
    publishAll(first, last) {
      for (let index = first; index <= last; index++) publish(index);
    },
    async run({ beforeFetch, afterFetch } = {}) {
      const wiring = world.wiring({
        around: async ({ operation, key }, perform) => {
          const result = await perform();
          if (operation === "put") await look(key);
          return result;
        },
      });
      const meddled: FtpClient = {
        ...client,
        async fetch(path, ...given) {
          await beforeFetch?.(path);
          const bytes = await client.fetch(path, ...given);
          await afterFetch?.(path);
          return bytes;
        },
      };
      const outcome = await world.run({}, { ...wiring, source: sourceOf(meddled) });
      const failed = wiring.events.filter((event) => event.event === "granuleFailed");
      return { ...outcome, failures: Object.fromEntries(failed.map(({ path, fault }) => [path, fault])) };
    },
    async faults() {
      const { failing } = await world.status();
      const indexOf = (time: string) => (Date.parse(time) - tinyTime(0)) / hourMs;
      for (const { reason } of failing) assert.ok(reason.length > 10, "a reason is said");
      return Object.fromEntries(failing.map(({ time, fault }) => [indexOf(time), fault]));
    },
  };
}
