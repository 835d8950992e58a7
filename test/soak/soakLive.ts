import { setTimeout as pause } from "node:timers/promises";
import { repeat } from "../../shared/repeating.ts";
import type { Store } from "../../shared/store/store.ts";
import { createFickleProvider, type FickleProvider } from "../support/fickleProvider.ts";
import { startFtpServer } from "../support/ftpServer.ts";
import { seeded } from "../support/seeded.ts";
import { tinyGranule, tinyPath } from "../support/tinyDataset.ts";
import { assertLines, expectedLines, linesOf } from "../support/tinyWorld.ts";
import { createSoakReader, type SoakReader } from "./soakReader.ts";
import { soakHours } from "./soakTime.ts";

/** Where a soaked dataset grows. */
export interface SoakPlace {
  /** As readers read it. */
  readonly store: Store;
  /** To be called often: sees to it that somebody is at work. */
  keepUp(): void;
  /** Kills a process in the middle of its work; false if none was killed. */
  killOne(random: () => number): Promise<boolean>;
  /** What went wrong by itself so far. */
  faults(): readonly string[];
  close(): Promise<void>;
}

/** Begins to ingest what is pending at `source`, where an hour passes each second since `began`. */
export type StartSoak = (source: string, began: number, seed: number) => Promise<SoakPlace>;

export interface SoakOptions {
  readonly start: StartSoak;
  readonly minutes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
  /** Ends it early; what was begun is closed all the same. */
  readonly signal: AbortSignal;
}

export interface Soaked {
  readonly granules: number;
  readonly revisions: number;
  readonly broken: number;
  readonly kills: number;
  readonly reads: number;
  readonly timesteps: number;
  readonly violations: readonly string[];
}

const tickMs = 100;
const sayEveryMs = 10_000;
const restMs = 180_000;
const odds = { publishedInTime: 0.8, killed: 0.05, stirred: 0.15, never: 0.03, lookBackMax: 30 };

/** Lets a dataset grow, and whatever may happen to those who work on it. */
export async function soakLive({ start, minutes, seed, say, signal }: SoakOptions): Promise<Soaked> {
  const random = seeded(seed);
  const server = await startFtpServer();
  const never = Array.from({ length: 60 * minutes }, () => random() < odds.never);
  const began = Date.now();
  const provider = createFickleProvider({
    random,
    revisionsMax: 50,
    isNever: (index) => never[index] ?? false,
    put: (index, { modifiedAt, ...granule }) => {
      const bytes = "bytes" in granule ? granule.bytes : tinyGranule({ index, ...granule });
      server.put(`/${tinyPath(index)}`, bytes, modifiedAt);
    },
    remove: (index) => server.remove(`/${tinyPath(index)}`),
  });
  const place = await start(server.url, began, seed);
  const reader = createSoakReader(place.store, provider.revisionOf);
  const violations: string[] = [];
  let kills = 0;
  const counts = () => ({ ...provider.counts, kills, reads: reader.looks });
  const stopReading = repeat(tickMs, () =>
    reader.look().catch((error: Error) => void violations.push(error.message)),
  );
  try {
    const end = began + minutes * 60_000;
    const isOver = () => Date.now() >= end || violations.length > 0 || signal.aborted;
    let hours = 0;
    for (let said = began; !isOver(); ) {
      for (const now = soakHours(began); hours < now; hours++) publishInTime(provider, hours, random);
      if (random() < odds.stirred)
        provider.stir(Math.max(0, hours - Math.floor(odds.lookBackMax * random())));
      place.keepUp();
      if (random() < odds.killed && (await place.killOne(random))) kills++;
      if (Date.now() - said > sayEveryMs) {
        said = Date.now();
        say(`${Math.round((said - began) / 1000)} s: ${JSON.stringify(counts())}`);
      }
      await pause(tickMs);
    }
    await stopReading();
    signal.throwIfAborted();
    provider.mend(hours - 1);
    place.keepUp();
    if (violations.length === 0) await atRest(provider, reader, violations, signal);
    violations.push(...place.faults());
    return { ...counts(), timesteps: provider.expected().length, violations };
  } finally {
    await stopReading();
    await place.close();
    await server.close();
  }
}

/** Most granules come in time; others only when chance stirs them, or in the end. */
function publishInTime(provider: FickleProvider, index: number, random: () => number): void {
  if (random() < odds.publishedInTime) provider.stir(index);
}

/** Waits until the dataset is what the provider has. */
async function atRest(
  provider: FickleProvider,
  reader: SoakReader,
  violations: string[],
  signal: AbortSignal,
): Promise<void> {
  const expected = expectedLines(provider.expected());
  const until = Date.now() + restMs;
  for (;;) {
    try {
      const found = await reader.look();
      assertLines(found ? linesOf(found) : [], expected, "at rest:");
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() > until) {
        violations.push((error as Error).message);
        return;
      }
    }
    await pause(tickMs);
  }
}
