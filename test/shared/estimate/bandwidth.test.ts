/** What several download at once is shared evenly, and each has a limit of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBandwidth } from "../../../shared/estimate/bandwidth.ts";
import { createClock, type Process } from "../../../shared/estimate/clock.ts";

/**
 * Lets transfers begin after so many milliseconds; returns when each ends, and how long it was held up by the others.
 */
function ends(bytesPerSecond: number, transfers: readonly { at: number; bytes: number; max: number }[]) {
  const clock = createClock();
  const bandwidth = createBandwidth(clock, bytesPerSecond);
  const ended: { at: number; sharedMs: number }[] = [];
  function* transfer(at: number, bytes: number, max: number, place: number): Process {
    yield at;
    const sharedMs = yield* bandwidth.transfer(bytes, max);
    ended[place] = { at: Math.round(clock.now), sharedMs: Math.round(sharedMs) };
  }
  for (const [place, { at, bytes, max }] of transfers.entries()) clock.start(transfer(at, bytes, max, place));
  clock.run();
  return { ended, peak: bandwidth.peak, bytes: bandwidth.bytes };
}

test("one alone has all of it, or its own limit", () => {
  assert.deepEqual(ends(100, [{ at: 0, bytes: 300, max: 1000 }]).ended, [{ at: 3000, sharedMs: 3000 }]);
  assert.deepEqual(ends(100, [{ at: 0, bytes: 300, max: 50 }]).ended, [{ at: 6000, sharedMs: 0 }]);
});

test("who comes later takes half from then on", () => {
  // The first has 100 of its 200 bytes after a second; then both have 100 to go, at 50 a second.
  const { ended, peak, bytes } = ends(100, [
    { at: 0, bytes: 200, max: 100 },
    { at: 1000, bytes: 100, max: 100 },
  ]);
  assert.deepEqual(ended, [
    { at: 3000, sharedMs: 2000 },
    { at: 3000, sharedMs: 2000 },
  ]);
  assert.deepEqual([peak, bytes], [2, 300]);
});

test("when one has ended the others are quicker", () => {
  // 50 each for 2 s; then 100 for the 100 that are left.
  const { ended } = ends(100, [
    { at: 0, bytes: 100, max: 1000 },
    { at: 0, bytes: 200, max: 1000 },
  ]);
  assert.deepEqual(
    ended.map(({ at }) => at),
    [2000, 3000],
  );
});
