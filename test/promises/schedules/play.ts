/**
 * `node play.ts KIND COUNT [SEED [PATH]]`: plays so many schedules, `sound` or `injured`, outside of any test runner, whose hooks would take most of the
 * time. Prints what they were made of as JSON. The first that breaks a promise ends it, and is told how to be played again.
 */
import { AssertionError } from "node:assert/strict";
import fc from "fast-check";
import { type Played, playSchedule } from "./playSchedule.ts";

const [kind = "sound", count = "1", seed = "1", path] = process.argv.slice(2);
const sum: Played = { turns: 0, looks: 0, kills: 0, granules: 0, damage: 0, deletions: 0 };

const property = fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1 }), async (scheduler, chance) => {
  const played = await playSchedule({ scheduler, seed: chance, isInjured: kind === "injured" });
  for (const key of Object.keys(sum) as (keyof Played)[]) sum[key] += played[key];
});
const { failed, counterexamplePath, errorInstance } = await fc.check(property, {
  seed: Number(seed),
  numRuns: Number(count),
  endOnFailure: true,
  ...(path === undefined ? {} : { path }),
});
if (failed) {
  const again = `node test/promises/schedules/play.ts ${kind} ${count} ${seed} ${counterexamplePath}`;
  const what = errorInstance instanceof AssertionError ? "a promise is broken" : "something else failed";
  process.stderr.write(`${what}; once more: ${again}\n${(errorInstance as Error).message}\n`);
  process.exitCode = 1;
} else process.stdout.write(`${JSON.stringify(sum)}\n`);
