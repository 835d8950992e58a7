import type { Dataset } from "../../dataset/dataset.ts";
import { formatInstant } from "../../dataset/timeAxis.ts";
import { clocksApartMaxMs, latestEnd } from "../../ledger/lease.ts";
import type { ChunkRecord, DatasetRecord, Lease } from "../../ledger/records.ts";

/** An instant, and the latest that it can be where every clock is right. */
type Bounded = readonly [what: string, instant: number, latest: number];

/** What of a chunk's record was written by a clock that is ahead of `now`, the furthest first; `undefined` if nothing was. */
export function chunkClockAhead(
  { updates }: Dataset,
  { lease, steps }: ChunkRecord,
  now: number,
): string | undefined {
  const ofSteps = Object.values(steps).flatMap(({ granule, failed }): Bounded[] => [
    ...(granule ? [["ingested at", granule.ingestedAt, now] as const] : []),
    ...(failed ? [["next try at", failed.nextTryAt, now + updates.retryLongestMs] as const] : []),
    ...(failed?.since === undefined ? [] : [["failed first at", failed.since, now] as const]),
  ]);
  return furthest([...ofLease("its lease ends at", lease, now), ...ofSteps]);
}

/** The same of the dataset's own record. */
export function datasetClockAhead(record: DatasetRecord, now: number): string | undefined {
  const { committedAt, lease, planLease } = record;
  return furthest([
    ...(committedAt === null ? [] : [["committed at", committedAt, now] as const]),
    ...ofLease("the lease of commits ends at", lease, now),
    ...ofLease("the lease of plans ends at", planLease, now),
  ]);
}

function ofLease(what: string, lease: Lease | null | undefined, now: number): Bounded[] {
  return lease ? [[what, lease.expiresAt, latestEnd(lease, now) - clocksApartMaxMs]] : [];
}

function furthest(instants: readonly Bounded[]): string | undefined {
  const ahead = instants.filter(([, instant, latest]) => instant > latest + clocksApartMaxMs);
  const [first] = ahead.sort(([, a, latestOfA], [, b, latestOfB]) => b - latestOfB - (a - latestOfA));
  return first && `${first[0]} ${formatInstant(first[1])}`;
}
