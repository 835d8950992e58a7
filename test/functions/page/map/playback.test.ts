/** Which timestep follows which. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  firstOfDay,
  hasLoop,
  nextFrame,
  type Playing,
  playFrom,
} from "../../../../functions/page/map/playback.ts";

const threeHours = 3 * 3_600_000;
const series = { length: 20, stepMs: threeHours };

function film(playing: Playing, from: number, frames: number): (number | undefined)[] {
  const shown: (number | undefined)[] = [from];
  for (let index: number | undefined = from; index !== undefined && shown.length < frames; ) {
    index = nextFrame(playing, index, series)?.index;
    shown.push(index);
  }
  return shown;
}

describe("playing", () => {
  test("the last 24 hours are eight timesteps of three hours, and none is before the first", () => {
    assert.equal(firstOfDay(20, threeHours), 12);
    assert.equal(firstOfDay(5, threeHours), 0);
    assert.equal(firstOfDay(400, 7 * 86_400_000), 399);
  });

  test("a loop of a single timestep is not offered", () => {
    const day = 86_400_000;
    const offered = [threeHours, day / 2, day, 7 * day].map((stepMs) => hasLoop(20, stepMs));
    assert.deepEqual(offered, [true, true, false, false]);
    assert.equal(hasLoop(1, threeHours), false);
    assert.equal(hasLoop(2, threeHours), true);
  });

  test("the last 24 hours come again and again", () => {
    assert.deepEqual(film("day", 12, 10), [12, 13, 14, 15, 16, 17, 18, 19, 12, 13]);
    assert.deepEqual(film("day", 3, 3), [3, 12, 13]);
  });

  test("play ends with the latest", () => {
    assert.deepEqual(film("on", 17, 5), [17, 18, 19, undefined]);
  });

  test("play from the latest begins a chunk before it", () => {
    assert.equal(playFrom(19, 20, 8), 11);
    assert.equal(playFrom(19, 20, 40), 0);
    assert.equal(playFrom(7, 20, 8), 7);
  });

  test("there are two to four timesteps a second", () => {
    const { afterMs } = nextFrame("day", 13, series) ?? { afterMs: 0 };
    assert.ok(afterMs >= 250 && afterMs <= 500);
    assert.equal(nextFrame("no", 13, series), undefined);
  });
});
