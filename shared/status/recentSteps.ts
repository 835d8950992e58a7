import { placeOf } from "../dataset/chunkGrid.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { formatInstant, parseInstant } from "../dataset/timeAxis.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { IngestedGranule } from "../ledger/records.ts";
import type { GroupState } from "../zarr/metadata.ts";
import { type PublishedStatus, statusLimits } from "./statusSchema.ts";

/** Chunks before the last visible timestep that a summary looks into. */
const recentChunksMax = 512;

/** One visible timestep whose granule the provider has replaced. */
export type RevisedStep = PublishedStatus["revised"][number];

/**
 * How long after its time each timestep of the revision window before the last visible one was published, by the date of
 * its granule's file, and was visible. In seconds; null where that is not known, as of a file that has been replaced, and
 * where there is no granule.
 */
export type Latency = PublishedStatus["latency"];

/** One visible timestep of the revision window, with its granule if it has one. */
export interface RecentStep {
  readonly index: number;
  readonly time: number;
  readonly granule: IngestedGranule | null;
}

/** The visible timesteps within the revision window before the last one, in order: the newest, as far as limits reach. */
export async function recentSteps(
  ledger: Ledger,
  { id, time, updates }: Dataset,
  length: number,
  signal: AbortSignal,
): Promise<RecentStep[]> {
  if (length === 0) return [];
  const last = placeOf(length - 1, time.chunkLength).chunk;
  const first = Math.max(
    0,
    length - Math.min(statusLimits.recent, Math.ceil(updates.revisionWindowMs / time.stepMs)),
    (last - recentChunksMax + 1) * time.chunkLength,
  );
  const from = placeOf(first, time.chunkLength).chunk;
  const chunks = await ledger.window(id, from, last, recentChunksMax, signal);
  const records = new Map(chunks.map(({ record }) => [record.chunk, record]));
  return Array.from({ length: length - first }, (_, i) => {
    const { chunk, offset } = placeOf(first + i, time.chunkLength);
    const granule = records.get(chunk)?.steps[offset]?.granule ?? null;
    return { index: first + i, time: time.at(first + i), granule };
  });
}

/** Those whose granule was replaced, the latest first. */
export function revisedSteps(recent: readonly RecentStep[]): RevisedStep[] {
  const revised = recent.flatMap(({ time, granule }) => {
    if (!granule?.revision) return [];
    const { path, revision, ingestedAt } = granule;
    return { time: formatInstant(time), path, revision, ingested_at: formatInstant(ingestedAt) };
  });
  return revised.reverse().slice(0, statusLimits.revised);
}

/** What an earlier summary knew of when timesteps were visible. */
interface KnownLatency {
  readonly length: number;
  readonly latency: Latency;
}

/** When a timestep was visible is told once, by the commit that showed it, and kept from summary to summary. */
export function latencyOf(
  dataset: Dataset,
  state: GroupState,
  before: KnownLatency | undefined,
  recent: readonly RecentStep[],
): Latency {
  const known = visibleBefore(dataset, before);
  const secondsAfter = (time: number, at: number | null | undefined) =>
    at === null || at === undefined ? null : Math.round((at - time) / 1000);
  const isNew = (index: number) => before !== undefined && index >= before.length;
  return {
    from: recent[0] === undefined ? null : formatInstant(recent[0].time),
    published_seconds: recent.map(({ time, granule }) =>
      secondsAfter(time, granule?.revision === 0 ? granule.modifiedAt : null),
    ),
    visible_seconds: recent.map(({ index, time, granule }) => {
      if (!granule) return null;
      return isNew(index) ? secondsAfter(time, state.modifiedAt) : (known.get(index) ?? null);
    }),
  };
}

function visibleBefore({ time }: Dataset, before: KnownLatency | undefined): Map<number, number | null> {
  const from = parseInstant(String(before?.latency.from));
  const first = from === undefined ? undefined : time.indexOf(from);
  if (first === undefined || !before) return new Map();
  return new Map(before.latency.visible_seconds.map((seconds, i) => [first + i, seconds]));
}
