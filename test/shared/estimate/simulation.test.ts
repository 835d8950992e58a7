/**
 * Times worked out by hand, in worlds where all but one thing is free; limits that are never exceeded; luck that
 * repeats.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectionsPerInstance } from "../../../functions/runtime/cloud.ts";
import { trmm3b42rt } from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { assumptions } from "../../../shared/estimate/assumptions.ts";
import { estimate } from "../../../shared/estimate/estimate.ts";
import { simulate } from "../../../shared/estimate/simulation.ts";
import { backfill, deployment, pace, weightless } from "./scenes.ts";

const spaced = { pace: { ...pace, commitEveryMs: 2000 } };

describe("one thing bounds it", () => {
  test("the provider: all bytes at its bandwidth, while a plan sends in time", () => {
    // 100 batches of 4 granules of 100 KB at 1 MB/s: seven take 2.8 s, and the plan looks each second. So fourteen
    // times seven take 3 s each, and the last two 0.8 s.
    const slow = weightless({ provider: { bytesPerSecond: 1e6 } });
    const { toldMs, boundBy, providerBytes } = estimate(backfill(100), deployment(7), slow);
    assert.equal(Math.round(toldMs), 14 * 3000 + 800);
    assert.equal(boundBy, "provider");
    assert.equal(providerBytes, 40e6);
  });

  test("the connections of one worker: four granules at once, one batch a look", () => {
    // 0.7 s of bytes and 0.1 s of round trips; the plan looks each second, and sends the tenth batch after nine.
    const slow = weightless({ provider: { connectionBytesPerSecond: 100_000 / 0.7, granuleMs: 100 } });
    const { toldMs, spent } = estimate(backfill(10), deployment(1), slow);
    assert.equal(Math.round(toldMs), 9800);
    assert.equal(Math.round(spent.connections), 8000);
  });

  test("the vCPU: inflating, taking fields out, and compressing the chunk", () => {
    // A batch inflates 4 MB at 100 ms, takes 4 MB of fields out at 50 ms and compresses 4 MB at 75 ms.
    const slow = weightless({ compute: { inflateMsPerMb: 100, fieldsMsPerMb: 50, encodeMsPerMb: 75 } });
    const { toldMs, boundBy } = estimate(backfill(10), deployment(1), slow);
    assert.equal(Math.round(toldMs), 9900);
    assert.equal(boundBy, "compute");
  });

  test("commits, which are two seconds apart: a worker tells each of its batches", () => {
    const { toldMs, commits, commitsApartMs, boundBy } = estimate(
      backfill(10),
      deployment(1, spaced),
      weightless(),
    );
    assert.deepEqual([toldMs, commitsApartMs].map(Math.round), [18_000, 2000]);
    assert.deepEqual([commits, boundBy], [10, "commits"]);
  });

  test("the writes that the ledger takes: 10 a second, half as many again every five minutes", () => {
    const slow = weightless({ ledger: { writesPerSecond: 10 } });
    const { toldMs, calls } = estimate(backfill(3000), deployment(7), slow);
    // Each batch has its lease taken, is recorded and told; commits come on top. 3,000 writes go by in the first five
    // minutes, 4,500 in the next, and 22.5 a second in the third.
    assert.ok(calls.ledgerWrites > 9000 && calls.ledgerWrites < 3000 + 4500 + 6750, `${calls.ledgerWrites}`);
    const seconds = 600 + (calls.ledgerWrites - 3000 - 4500) / 22.5;
    assert.ok(Math.abs(toldMs / 1000 - seconds) < seconds / 100, `${toldMs} ms, not ${seconds} s`);
    assert.ok(estimate(backfill(3000), deployment(7), weightless()).toldMs < toldMs / 2);
  });

  test("starting: a batch waits for its plan's instance and for its own", () => {
    const slow = weightless({ instance: { coldStartMs: 1500 }, queue: { deliveryMs: 100 } });
    const { toldMs, extendMs, instances } = simulate(backfill(1), deployment(2), slow, 1);
    assert.deepEqual([toldMs, extendMs].map(Math.round), [1500 + 100 + 1500, 1500]);
    assert.equal(instances, 1);
  });
});

describe("limits hold", () => {
  const workers = [1, 2, 3, 4, 5, 6, 7];

  test("connections to the provider, instances, and the distance of commits, whatever the number of workers", () => {
    for (const count of workers) {
      const dataset = { ...trmm3b42rt, updates: { ...trmm3b42rt.updates, batchesMax: count } };
      const connections = connectionsPerInstance(dataset);
      const deployed = deployment(count, { ...spaced, connections });
      const { connectionsPeak, instances, commitsApartMs } = simulate(
        backfill(200),
        deployed,
        assumptions,
        1,
      );
      assert.ok(connectionsPeak <= trmm3b42rt.source.connectionsMax, `${count} workers: ${connectionsPeak}`);
      assert.equal(instances, count);
      assert.ok(commitsApartMs >= 2000, `${count} workers: ${commitsApartMs}`);
    }
  });

  test("more workers with as many connections each are never slower", () => {
    const told = workers.map(
      (count) => simulate(backfill(200), deployment(count, { connections: 1 }), assumptions, 1).toldMs,
    );
    assert.deepEqual(
      told,
      told.toSorted((a, b) => b - a),
    );
  });

  test("many workers cause few commits", () => {
    const { commits, toldMs, requests } = simulate(backfill(700), deployment(7, spaced), weightless(), 1);
    assert.ok(commits <= 1 + toldMs / 2000, `${commits} in ${toldMs} ms`);
    assert.ok(commits < 700 / 4, `${commits}`);
    assert.ok(requests >= 700 + Math.ceil(700 / pace.planBatchesMax), `${requests}`);
  });

  test("a plan whose time is over asks for the next", () => {
    // Ten batches of a minute each; a plan ends at the first look after two.
    const slow = weightless({ compute: { encodeMsPerMb: 15_000 }, instance: { planLateMs: 120_000 } });
    const { requests, toldMs } = simulate(backfill(10), deployment(1), slow, 1);
    assert.equal(Math.floor(toldMs / 60_000), 10);
    assert.equal(requests, 10 + 5);
  });
});

describe("what fails", () => {
  const rates = { store: 0.05, ledger: 0.05, transfer: 0.05, granule: 0.05 };
  const none = { store: 0, ledger: 0, transfer: 0, granule: 0 };
  const played = (batches: number, failing: typeof rates, seed = 1) => {
    const failures = { ...assumptions.failures, ...failing };
    return simulate(backfill(batches), deployment(2), { ...assumptions, failures }, seed);
  };

  test("is asked for again, which takes longer", () => {
    const half = { store: 0.5, ledger: 0.5, transfer: 0.5, granule: 0 };
    const [well, badly] = [played(1, none), played(1, half)];
    for (const name of ["storeReads", "storePuts", "ledgerReads", "ledgerWrites"] as const)
      assert.ok(badly.calls[name] > well.calls[name], name);
    assert.equal(well.providerBytes, 400_000);
    assert.ok(badly.providerBytes > well.providerBytes);
    assert.ok(badly.toldMs > well.toldMs);
  });

  test("is the same for the same seed", () => {
    assert.deepEqual(played(200, rates, 7), played(200, rates, 7));
    assert.notDeepEqual(played(200, rates, 7), played(200, rates, 8));
    assert.deepEqual(played(200, none, 7), played(200, none, 8));
  });

  test("granules that fail come again by a later plan, an hour after", () => {
    const { toldMs, endMs, requests } = played(200, { ...none, granule: 0.05 });
    const plans = Math.ceil(200 / pace.planBatchesMax);
    // Of 800 granules some 40; two of them may be of one batch.
    assert.ok(requests > 200 + plans + 20 && requests < 200 + plans + 60, `${requests}`);
    assert.ok(endMs > 3_600_000 && toldMs < 3_600_000, `${toldMs} to ${endMs}`);
  });
});
