/** How the page writes instants and spans. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { countdown, relative, withReadableInstants } from "../../../../functions/page/ui/format.ts";

describe("formats", () => {
  test("a countdown counts days, hours, minutes and seconds", () => {
    assert.deepEqual([0, 61_999, 93_784_000].map(countdown), ["00:00:00", "00:01:01", "1 d 02:03:04"]);
  });

  test("an instant is written relative to now, in either direction", () => {
    assert.deepEqual(
      [90_000, -7_200_000, 10].map((ms) => relative(ms, 0)),
      ["in 1 min 30 s", "2 h ago", "now"],
    );
  });

  test("instants in a sentence are readable", () => {
    assert.equal(
      withReadableInstants(
        "1 timestep is overdue, the first is 2014-04-10T12:00:00Z; see 2014-04-10T12:00:05Z",
      ),
      "1 timestep is overdue, the first is 10 Apr 2014 12:00 UTC; see 10 Apr 2014 12:00:05 UTC",
    );
  });
});
