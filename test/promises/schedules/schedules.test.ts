/**
 * Promises 1 to 5 where everything happens at once: planners, workers and who heals, interleaved call by call, killed, asleep for
 * longer than their leases, woken when all is over; messages lost, late and doubled; answers lost; granules late, broken and
 * revised. Looked at after every put: lengths never shrink, consolidated arrays are equally long, what is visible is its
 * granule's, nothing settled is lost. In the end the dataset is what the provider has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { playInProcesses } from "./players.ts";

const schedules = 2000;
const seed = Number(process.env.ACCRETE_SEED ?? 20_261_125);

test(`no schedule breaks a promise`, async (t) => {
  const { turns, looks, kills, granules } = await playInProcesses(schedules, seed);
  // As many as there always are, or nothing was proved.
  assert.ok(kills > schedules / 2 && looks > 10 * schedules && granules > 10 * schedules);
  t.diagnostic(
    `seed ${seed}: ${schedules} schedules, ${turns} turns, ${kills} kills, ${granules} granules, ${looks} looks`,
  );
});
