/**
 * `accrete doctor --repair` makes good whatever happened to objects and records, as far as the provider still has the
 * granules: any one to six injuries are found, mended, found no more, and readers find the granules' values again.
 * Replay a failure with the seed and the path that fast-check prints: ACCRETE_SEED=… in the environment.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import type { Examination } from "../../shared/doctor/examine.ts";
import { repair } from "../../shared/doctor/repair.ts";
import { DriftError } from "../../shared/errors.ts";
import { type Injury, injuries, injury } from "../shared/doctor/injuries.ts";
import { admit, type Patient } from "../shared/doctor/patient.ts";
import { expected, isUndecided, look, mend, openWard, type Ward } from "../shared/doctor/ward.ts";
import { assertContent, neverAborted } from "../support/tinyWorld.ts";

const seed = Number(process.env.ACCRETE_SEED ?? 20_200_101);
const cases = 400;

let ward: Ward;
/** Cases in which the doctor left the decision to a person. */
let refused = 0;

before(async () => {
  ward = await openWard();
});

/** Where the only statement that can be read is another one's than the descriptor's, a person decides. */
async function assertRefused(patient: Patient, found: Examination): Promise<void> {
  refused++;
  const standing = await patient.generations();
  await assert.rejects(repair(patient.wiring(), found, { adopt: false }, neverAborted), DriftError);
  assert.deepEqual(await patient.generations(), standing);
}

async function injureAndMend(given: readonly Injury[]): Promise<void> {
  const patient = await admit(ward.world);
  for (const { what, a, b } of given) await injuries[what](patient, a, b, ward.older);
  const found = await look(patient);
  if (found.differences.length === 0) await assertContent(patient, expected);
  else if (found.drift.length > 0) await assertRefused(patient, found);
  else if (isUndecided(await mend(patient, found))) refused++;
}

test("any one to six injuries are found, mended, and found no more", async () => {
  const given = fc.array(injury, { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(given, injureAndMend), { numRuns: cases, seed });
  assert.ok(refused < cases / 20, `${refused} cases of ${cases} were refused`);
});
