/**
 * `accrete doctor --repair` makes good whatever happened to objects and records, as far as the provider still has the
 * granules: any one to six injuries are found, repaired, found no more, and readers find the granules' values again. Meanwhile
 * the dataset never gets shorter, and no right values are ever lost.
 * Replay a failure with the seed and the path that fast-check prints: ACCRETE_SEED=… in the environment.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import type { Examination } from "../../shared/doctor/examine.ts";
import { repair } from "../../shared/doctor/repair.ts";
import { DriftError } from "../../shared/errors.ts";
import { readFields } from "../../shared/zarr/metadata.ts";
import {
  type Clinic,
  expected,
  isUndecided,
  look,
  mend,
  openClinic,
  valuesHeld,
} from "../shared/doctor/clinic.ts";
import { type Damage, damage, injury } from "../shared/doctor/damage.ts";
import { createFixture, type Fixture } from "../shared/doctor/fixture.ts";
import type { Around } from "../support/memoryWiring.ts";
import { casesOf, sampleSeed } from "../support/sample.ts";
import { assertContent, neverAborted } from "../support/tinyWorld.ts";

let ward: Clinic;
let right: ReadonlyMap<string, string>;
/** Cases in which the doctor left the decision to a person. */
let refused = 0;

before(async () => {
  ward = await openClinic();
  right = await valuesHeld(ward.world);
});

/** Where the only statement that can be read is another one's than the descriptor's, a person decides. */
async function assertRefused(fixture: Fixture, found: Examination): Promise<void> {
  refused++;
  const existing = await fixture.generations();
  await assert.rejects(repair(fixture.wiring(), found, { adopt: false }, neverAborted), DriftError);
  assert.deepEqual(await fixture.generations(), existing);
}

/** The length that readers are told; 0 where they cannot be told any. */
async function lengthTold(fixture: Fixture): Promise<number> {
  const bytes = await fixture.bytes("tiny.zarr/.zmetadata");
  const { metadata } = (readFields(bytes ?? new Uint8Array()) ?? {}) as {
    metadata?: Record<string, { shape?: number[] } | undefined>;
  };
  return metadata?.["time/.zarray"]?.shape?.[0] ?? 0;
}

/** The same patient, of whom it is asserted after each put that readers are told no less than before, as far as it was true. */
async function watched(fixture: Fixture): Promise<Fixture> {
  const before = Math.min(await lengthTold(fixture), expected.length);
  const around: Around = async (call, perform) => {
    const result = await perform();
    if (call.operation === "put" && call.key.endsWith(".zmetadata")) {
      const after = await lengthTold(fixture);
      assert.ok(after >= before, `the length fell from ${before} to ${after}`);
    }
    return result;
  };
  return { ...fixture, wiring: (options) => fixture.wiring({ around, ...options }) };
}

async function damageAndRepair(given: readonly Damage[]): Promise<void> {
  const injured = await createFixture(ward.world);
  for (const { what, a, b } of given) await damage[what](injured, a, b, ward.older);
  const before = await valuesHeld(injured.surroundings);
  await repairOrRefuse(await watched(injured));
  const after = await valuesHeld(injured.surroundings);
  for (const [at, values] of right) {
    if (before.get(at) === values) assert.equal(after.get(at), values, `right values are lost: ${at}`);
  }
}

async function repairOrRefuse(fixture: Fixture): Promise<void> {
  const found = await look(fixture);
  if (found.differences.length === 0) await assertContent(fixture, expected);
  else if (found.drift.length > 0) await assertRefused(fixture, found);
  else if (isUndecided(await mend(fixture, found))) refused++;
}

test("any one to six injuries are found, repaired, and found no more", async (t) => {
  const cases = casesOf(t, { whole: 400, sample: 60, what: "injured datasets" });
  const given = fc.array(injury, { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(given, damageAndRepair), { numRuns: cases, seed: sampleSeed });
  assert.ok(refused < cases / 20, `${refused} cases of ${cases} were refused`);
});
