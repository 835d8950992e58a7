/**
 * Promises 1 to 5 where everything happens at once: planners, workers and who heals, interleaved call by call, killed, asleep for
 * longer than their leases, woken when all is over; messages lost, late and doubled; answers lost; granules late, broken and
 * revised. Looked at after every put: lengths never shrink, consolidated arrays are equally long, what is visible is its
 * granule's, nothing resolved is lost. In the end the dataset is what the provider has. The same beside doctors, where objects
 * of chunks get injured: nothing is deleted but what is injured, and given up only what no array holds; in the end all are whole.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf, sampleSeed as seed } from "../../support/sample.ts";
import { playInProcesses } from "./players.ts";

test(`no schedule breaks a promise`, async (t) => {
  const schedules = casesOf(t, { whole: 2000, sample: 120, what: "schedules" });
  const { turns, looks, kills, granules } = await playInProcesses(schedules, seed);
  // As many as there always are, or nothing was proved.
  assert.ok(kills > schedules / 2 && looks > 10 * schedules && granules > 10 * schedules);
  t.diagnostic(
    `seed ${seed}: ${schedules} schedules, ${turns} turns, ${kills} kills, ${granules} granules, ${looks} looks`,
  );
});

test("nor does one in which objects get injured and doctors repair them", async (t) => {
  // Fewer: a doctor looks at everything, and takes most of the time.
  const injuredSchedules = casesOf(t, { whole: 50, sample: 15, what: "schedules with injuries" });
  const played = await playInProcesses(injuredSchedules, seed, "injured");
  const { turns, kills, damage, deletions } = played;
  assert.ok(damage > injuredSchedules && deletions > injuredSchedules / 10);
  t.diagnostic(
    `seed ${seed}: ${injuredSchedules} schedules, ${turns} turns, ${kills} kills, ${damage} injuries, ${deletions} deletions`,
  );
});
