import { coordinateChunkLength } from "../zarr/metadata.ts";
import {
  callsAtOnceMax,
  changeCalls,
  growingArrays,
  type Published,
  publicationCalls,
  recordsPerPage,
} from "./calls.ts";
import type { Process } from "./clock.ts";
import type { World } from "./world.ts";

const timeChunkOf = (step: number) => Math.floor(step / coordinateChunkLength);

/** Commits of one dataset: one committer at a time, who tells what all others recorded meanwhile. */
export interface Commits {
  /** A batch, counted from 0, is begun: its chunk has a record. */
  begin(batch: number): void;
  /** It was recorded with so many granules that failed; it may come again. */
  record(batch: number, failed: number): void;
  /**
   * Tells readers of what is recorded; where another is at it, marks that there is more, and goes. `isLook`: a plan does,
   * which has looked at the provider.
   */
  commit(isLook: boolean): Process;
  /** Publications that changed what readers see, and when the visible length last grew. */
  readonly publications: number;
  readonly toldAt: number;
  /** The shortest time between the beginnings of two. */
  readonly apartMs: number;
}

export function createCommits(world: World): Commits {
  const { shape, pace, work, clock, perform } = world;
  const { chunkLength } = shape;
  const chunkOf = (step: number) => Math.floor(step / chunkLength);
  const firstChunk = Math.floor(work.visibleSteps / chunkLength);
  const lastStep = work.visibleSteps + work.granules * shape.stepsPerGranule - 1;
  const recorded = new Set<number>();
  const failing = new Set<number>();
  let untold: number[] = [];
  let begun = 0;
  /** Batches before which all are recorded, and before which all are visible. */
  let settled = 0;
  let visible = 0;
  let statusChunksThere = work.visibleSteps === 0 ? 0 : timeChunkOf(work.visibleSteps - 1) + 1;
  let isHeld = false;
  let isDirty = false;
  let committedAt = Number.NEGATIVE_INFINITY;
  let publishedAt = Number.NEGATIVE_INFINITY;
  let publications = 0;
  let toldAt = 0;
  let apartMs = Number.POSITIVE_INFINITY;

  /** Timesteps before that batch. */
  const stepsBefore = (batch: number) =>
    batch === 0 ? work.visibleSteps : Math.min((firstChunk + batch) * chunkLength, lastStep + 1);

  function next(chunks: readonly number[], isLook: boolean): Published {
    const [from, to] = [stepsBefore(visible), stepsBefore(settled)];
    const firsts = chunks.map((batch) => (firstChunk + batch) * chunkLength);
    const lasts = firsts.map((step) => step + chunkLength - 1);
    const firstRevised = Math.max(0, to - shape.revisedSteps);
    const [first, last] = [timeChunkOf(Math.min(from, ...firsts)), timeChunkOf(Math.max(from, ...lasts))];
    return {
      chunks: chunks.length,
      grows: to > from,
      timeChunks: timeChunkOf(Math.max(0, to - 1)) - timeChunkOf(Math.max(0, from - 1)),
      statusChunks: last - first + 1,
      statusChunksNew: Math.max(0, last + 1 - statusChunksThere),
      chunksAhead: Math.max(1, Math.min(settled - visible + 1, work.batches - visible)),
      knownAhead: begun - visible,
      revised: to === 0 ? 0 : chunkOf(to - 1) - chunkOf(firstRevised) + 1,
      isLook,
      failing: failing.size,
    };
  }

  /** Returns whether there may be more than one publication tells. */
  function* publish(isLook: boolean): Process<boolean> {
    const chunks = untold.slice(0, pace.commitChunksMax);
    const published = next(chunks, isLook);
    const isNews = chunks.length > 0 || published.grows;
    if (isNews) {
      apartMs = Math.min(apartMs, clock.now - publishedAt);
      publishedAt = clock.now;
    }
    const shown = settled;
    yield* perform(publicationCalls(shape, published), publicationMs(world, published));
    untold = untold.slice(chunks.length);
    if (!isNews) return false;
    publications++;
    if (visible < shown) toldAt = clock.now;
    visible = shown;
    statusChunksThere += published.statusChunksNew;
    committedAt = clock.now;
    return chunks.length === pace.commitChunksMax;
  }

  return {
    begin(batch) {
      begun = Math.max(begun, batch + 1);
    },
    record(batch, failed) {
      if (!untold.includes(batch)) untold.push(batch);
      if (failed > 0) failing.add(batch);
      else failing.delete(batch);
      if (batch >= settled) recorded.add(batch);
      while (recorded.delete(settled)) settled++;
    },
    *commit(isLook) {
      const { readMs, writeMs } = world.assumptions.ledger;
      const marks = isHeld && isDirty ? { ledgerReads: 1 } : changeCalls;
      yield* perform(marks, readMs + (marks === changeCalls ? writeMs : 0));
      if (isHeld) {
        isDirty = true;
        return;
      }
      isHeld = true;
      const since = clock.now;
      let isFirst = true;
      for (let more = true; more; ) {
        isDirty = false;
        yield Math.max(0, committedAt + pace.commitEveryMs - clock.now);
        more = (yield* publish(isLook && isFirst)) || isDirty;
        isFirst = false;
      }
      isHeld = false;
      yield* world.renew(clock.now - since, pace.commitLeaseMs);
    },
    get publications() {
      return publications;
    },
    get toldAt() {
      return toldAt;
    },
    get apartMs() {
      return apartMs;
    },
  };
}

/** How long a publication takes if no call fails: what the stages do one after the other, and what at once. */
function publicationMs({ shape, assumptions }: World, published: Published): number {
  const { store, ledger, queue } = assumptions;
  const { chunks, statusChunks, chunksAhead } = published;
  const changeMs = ledger.readMs + ledger.writeMs;
  const groupReads = 2 + Math.ceil((growingArrays(shape) + 1) / callsAtOnceMax);
  const questions = 2 + Math.ceil(chunksAhead / recordsPerPage);
  const lookMs = (groupReads + statusChunks + 1) * store.readMs + questions * ledger.readMs + changeMs;
  const puts = publicationCalls(shape, published).storePuts - chunks;
  if (chunks === 0 && !published.grows) return lookMs + puts * store.putMs;
  // The shapes of all data are put at once, then those of what is like time; the collection beside the status.
  const putsInRow = puts - (shape.arrays - 1) - (shape.timeArrays - 1) - 1;
  const settleMs = store.readMs + store.putMs + changeMs;
  const settlings = Math.ceil(chunks / callsAtOnceMax);
  return lookMs + putsInRow * store.putMs + settlings * settleMs + 2 * ledger.readMs + queue.publishMs;
}
