/** Times worked out by hand, in worlds where all but one thing is free; what fails is done again. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Assumptions, assumptions } from "../../../shared/estimate/assumptions.ts";
import { courseOf } from "../../../shared/estimate/course.ts";
import { estimate } from "../../../shared/estimate/estimate.ts";
import type { Shape } from "../../../shared/estimate/shape.ts";
import { backfill, deployment, pace, shape, weightless } from "./scenes.ts";

const spaced = { pace: { ...pace, commitEveryMs: 2000 } };

describe("one thing bounds it", () => {
  test("the provider: all bytes at its bandwidth", () => {
    // 100 batches of 4 granules of 100 KB at 1 MB/s.
    const slow = weightless({ provider: { bytesPerSecond: 1e6 } });
    const { wallMs, boundBy } = estimate(backfill(100), deployment(7), slow);
    assert.deepEqual([Math.round(wallMs), boundBy], [40_000, "provider"]);
  });

  test("the connections of one worker: four granules at once, one batch a look", () => {
    // 0.7 s of bytes and 0.1 s of round trips; the plan looks each second, and sends the tenth batch after nine.
    const slow = weightless({ provider: { connectionBytesPerSecond: 100_000 / 0.7, granuleMs: 100 } });
    const { wallMs, spent, boundBy } = estimate(backfill(10), deployment(1), slow);
    assert.deepEqual([wallMs, spent.connections].map(Math.round), [9800, 8000]);
    assert.equal(boundBy, "connections");
  });

  const byRequest = { ...shape, isByRequest: true };
  test("answers to requests, where granules are small: one a granule, four at once", () => {
    // 0.7 s until a request is answered and 0.1 s of bytes; or the other way round.
    const bound = (requestMs: number, bytesMs: number) => {
      const slow = weightless({ provider: { connectionBytesPerSecond: 1e8 / bytesMs, requestMs } });
      const { wallMs, spent, boundBy } = estimate(backfill(10), deployment(1, { shape: byRequest }), slow);
      return [wallMs, spent.requests, spent.connections, boundBy].map((one) =>
        typeof one === "number" ? Math.round(one) : one,
      );
    };
    assert.deepEqual(bound(700, 100), [9800, 8000, 0, "requests"]);
    assert.deepEqual(bound(100, 700), [9800, 0, 8000, "connections"]);
  });

  test("the vCPU: inflating, taking fields out, and compressing the chunk", () => {
    // A batch inflates 4 MB at 100 ms, takes 4 MB of fields out at 50 ms and compresses 4 MB at 75 ms.
    const slow = weightless({ compute: { inflateMsPerMb: 100, fieldsMsPerMb: 50, encodeMsPerMb: 75 } });
    const { wallMs, boundBy } = estimate(backfill(10), deployment(1), slow);
    assert.deepEqual([Math.round(wallMs), boundBy], [9900, "compute"]);
  });

  test("commits, which are two seconds apart: a worker publishes each of its batches", () => {
    const { wallMs, commits, boundBy } = estimate(backfill(10), deployment(1, spaced), weightless());
    assert.deepEqual([Math.round(wallMs), commits, boundBy], [18_000, 10, "commits"]);
  });

  test("starting: a batch waits for its plan's instance and for its own", () => {
    const slow = weightless({ instance: { coldStartMs: 1500 }, queue: { deliveryMs: 100 } });
    const { wallMs, extendMs } = courseOf(backfill(1), deployment(2), slow);
    assert.deepEqual([wallMs, extendMs].map(Math.round), [1500 + 100 + 1500, 1500]);
  });
});

describe("a plan of 40 timesteps on four connections", () => {
  // Ten batches that take no time, each a look of a second after the one before.
  const planMs = (given: Partial<Shape>, provider: Partial<Assumptions["provider"]>) => {
    const deployed = deployment(1, { shape: { ...shape, ...given } });
    return Math.round(courseOf(backfill(10), deployed, weightless({ provider })).wallMs) - 9000;
  };

  test("lists a directory a day: two of them at once", () => {
    assert.equal(planMs({}, { listMs: 500 }), 500);
  });

  test("lists a bucket in pages: with two names in each, 20 of them", () => {
    assert.equal(planMs({ isPaged: true }, { listMs: 500, namesPerPage: 2 }), 5 * 500);
    assert.equal(planMs({ isPaged: true }, { listMs: 500 }), 500);
  });

  test("asks for each of 40 paths, where nothing is listed", () => {
    const asked = { directoriesPerStep: 0, pathsPerStep: 1 };
    assert.equal(planMs(asked, { listMs: 500, requestMs: 100 }), 10 * 100);
  });

  test("has room for 2,000 paths: of 20 a timestep for 25 of 50 batches", () => {
    const shapes = [shape, { ...shape, directoriesPerStep: 0, pathsPerStep: 20 }];
    const requests = shapes.map(
      (one) => courseOf(backfill(50), deployment(1, { shape: one }), weightless()).requests,
    );
    assert.deepEqual(requests, [1 + 50, 2 + 50]);
  });
});

describe("many workers", () => {
  test("with as many connections each are never slower", () => {
    const walls = [1, 2, 3, 4, 5, 6, 7].map(
      (count) => courseOf(backfill(200), deployment(count, { connections: 1 }), assumptions).wallMs,
    );
    assert.deepEqual(
      walls,
      walls.toSorted((a, b) => b - a),
    );
  });

  test("share commits: one publishes all the time, and the others' batches with its own", () => {
    // Seven work 6 s each; one of them publishes every 2 s, so the others record a batch a second.
    const slow = weightless({ compute: { encodeMsPerMb: 1500 } });
    const { commits, wallMs } = courseOf(backfill(700), deployment(7, spaced), slow);
    assert.ok(Math.abs(commits - 350) <= 1, `${commits}`);
    // 99 turns of seven, and the last; the plans of eleven rounds list nothing and take no time.
    assert.equal(Math.round(wallMs), 99 * 7000 + 6000);
  });

  test("a plan whose time is over asks for the next", () => {
    // Ten batches of a minute each, of which a plan sends two in its two minutes, each a look after the one before.
    const slow = weightless({ compute: { encodeMsPerMb: 15_000 }, instance: { planLateMs: 120_000 } });
    const { requests, wallMs } = courseOf(backfill(10), deployment(1), slow);
    assert.deepEqual([requests, Math.round(wallMs)], [10 + 5, 9 * 61_000 + 60_000]);
  });
});

describe("what fails", () => {
  const none = { store: 0, ledger: 0, transfer: 0, granule: 0 };
  const failing = (rates: Partial<typeof none>, batches = 200) =>
    courseOf(backfill(batches), deployment(2), {
      ...assumptions,
      failures: { ...assumptions.failures, ...none, ...rates },
    });

  test("is asked for again, which takes longer", () => {
    const well = failing({});
    const badly = failing({ store: 0.5, ledger: 0.5, transfer: 0.5 });
    for (const name of ["storeReads", "storePuts", "ledgerReads", "ledgerWrites"] as const)
      assert.ok(badly.calls[name] >= 2 * well.calls[name], name);
    assert.ok(badly.wallMs > 2 * well.wallMs, `${well.wallMs}, ${badly.wallMs}`);
  });

  test("granules that fail come again by a later plan, which the wall time does not count", () => {
    const [well, badly] = [failing({}), failing({ granule: 0.05 })];
    // Of 200 batches of four granules: 1 - 0.95⁴ of them again, 1 - 0.9975⁴ once more, and so on.
    assert.equal(badly.requests - well.requests, Math.round(200 * (0.185494 + 0.009963 + 0.0005)));
    assert.equal(badly.wallMs, well.wallMs);
  });
});
