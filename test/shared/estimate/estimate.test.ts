/** Costs are calls, seconds and bytes by their prices, worked out by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { assumptions } from "../../../shared/estimate/assumptions.ts";
import { keepingDollars, totalOf, workDollars } from "../../../shared/estimate/costs.ts";
import { estimate, estimateMonth } from "../../../shared/estimate/estimate.ts";
import { shapeOf } from "../../../shared/estimate/shape.ts";
import { backfill, deployment, shape, weightless } from "./scenes.ts";

const cents = (dollars: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(dollars).map(([what, sum]) => [what, Number((100 * sum).toFixed(3))]));

test("work is paid for by requests, seconds, calls and messages", () => {
  const calls = {
    storeReads: 30_000,
    storePuts: 23_000,
    ledgerReads: 40_000,
    ledgerWrites: 10_000,
    messages: 2 ** 20,
  };
  const usage = { requests: 10_000, vCpuSeconds: 17_400, gibSeconds: 14_500, calls, granules: 0 };
  assert.deepEqual(cents(workDollars(usage, assumptions)), {
    requests: 0.4,
    // 17,400 × 24 / 10⁶
    compute: 41.76,
    memory: 3.625,
    "storage puts": 11.5,
    "storage gets": 1.2,
    "ledger reads": 2.4,
    "ledger writes": 1.8,
    // 2²⁰ messages of 1 KiB, in and out: 2 GiB, at 40 $ for 1,024.
    messages: 7.813,
  });
});

test("keeping is paid for by the month, the ledger's bytes twice", () => {
  const kept = { stored: 22.6e9, softDeleted: 0.44e9, inLedger: 14.5e6 };
  assert.deepEqual(cents(keepingDollars(kept, assumptions)), {
    "storage bytes": 45.2,
    "soft delete": 0.88,
    "ledger bytes": 0.522,
    "schedule, secret, alarms, logs, images": 86,
  });
});

test("seconds of instances are those that they are busy: a worker with all its memory, a plan with half a GiB", () => {
  // One batch that computes for 8 s; the plan takes no time.
  const slow = weightless({ compute: { encodeMsPerMb: 2000 } });
  const { usage, extendGib, dollars } = estimate(backfill(1), deployment(1), slow);
  const seconds = [usage.vCpuSeconds, usage.gibSeconds].map(Math.round);
  assert.deepEqual([usage.requests, ...seconds, extendGib], [2, 8, 4, 0.5]);
  assert.equal(dollars.compute?.toFixed(6), ((8 * 24) / 1e6).toFixed(6));
});

test("an instance is the smallest that holds what a worker needs", () => {
  const gibOf = (chunkLength: number) => {
    const dataset = { ...trmm3b42rt, time: { ...trmm3b42rt.time, chunkLength } };
    return estimate(backfill(1), deployment(1, { shape: shapeOf(dataset, 400_000) }), assumptions).extendGib;
  };
  // 190 MiB, three granules and two timesteps of 4.84 MB, twice 0.39 MB of objects a timestep, and 0.4 MB of granules a timestep up to 64 MiB: at most
  // four fifths of an instance.
  const lengths = [40, 178, 179, 728, 729, 1830, 1831, 4032, 4033];
  assert.deepEqual(lengths.map(gibOf), [0.5, 0.5, 1, 1, 2, 2, 4, 4, undefined]);
  // Three inflated granules of a whole day, 24 timesteps of 13 MB, and two timesteps: 916 MiB beside 190.
  const day = { stepsPerGranule: 24, stepBytes: 13e6, inflatedBytes: 24 * 13e6, granuleBytes: 1e6 };
  const daily = deployment(1, { shape: { ...shape, ...day } });
  assert.equal(estimate(backfill(1), daily, assumptions).extendGib, 2);
});

test("3B42RT costs in a month what terraform/README.md says", () => {
  const month = estimateMonth(58_000, deployment(2, { shape: shapeOf(trmm3b42rt, 400_000) }), assumptions);
  const { compute, memory, messages, requests, ...counted } = cents(month);
  // 730 ticks, of which 243⅓ find a granule.
  const granules = 730 / 3;
  assert.deepEqual(counted, {
    "storage puts": Number(((730 + granules * 17) * 5e-4).toFixed(3)),
    "storage gets": Number(((730 * 22 + granules * 22) * 0.4e-4).toFixed(3)),
    "ledger reads": Number((((730 - granules) * 19 + granules * 43) * 0.6e-4).toFixed(3)),
    "ledger writes": Number(((730 * 4 + granules * 5) * 1.8e-4).toFixed(3)),
    // 58,000 × 390 KB; 8 a day for 7 days, half a chunk each; 58,000 × 250 bytes, twice.
    "storage bytes": 45.24,
    "soft delete": 0.874,
    "ledger bytes": 0.522,
    "schedule, secret, alarms, logs, images": 86,
  });
  assert.ok(Math.abs(totalOf(month) - 1.5) < 0.1, `${totalOf(month)}`);
});
