/**
 * The doctor beside runs: whatever a live run is about, none of it is called a fault; what a run that was killed leaves is
 * repaired; and a repair and a run at the same time lose nothing of each other's.
 */
import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import type { Around } from "../../support/memoryWiring.ts";
import { casesOf, everySampled, tellLeftOut } from "../../support/sample.ts";
import { seeded } from "../../support/seeded.ts";
import { type Expected, neverAborted, type TinyWorld } from "../../support/tinyWorld.ts";
import { garbage, group, isKilledBefore, look, mend, noOptions, openClinic, told } from "./clinic.ts";
import { createFixture } from "./fixture.ts";

const seed = Number(process.env.ACCRETE_SEED ?? 1);
const seedsOf = (t: TestContext) => casesOf(t, { whole: 25, sample: 5, what: "runs beside a doctor" });

/** New, revised and broken granules, an hour after the dataset came to rest. */
let eventful: TinyWorld;
const expectedLater: readonly Expected[] = [0, 1, "missing", 0, "corrupt", 2, 0, 0, 0, 1, 2, 2, 2];
before(async () => {
  eventful = (await openClinic()).world;
  for (const index of [5, 10, 11, 12]) eventful.publish(index, { revision: 2 });
  eventful.publish(7, { bytes: new Uint8Array(5) });
  eventful.at(14);
});

test("nothing that a live run is about is called a fault", async () => {
  const fixture = await createFixture(eventful);
  let looks = 0;
  const wiring = fixture.wiring({
    around: async (call, perform) => {
      const result = await perform();
      if (!/put|write/.test(call.operation)) return result;
      const found = await look(fixture);
      assert.deepEqual(
        found.differences.filter(isFault),
        [],
        `after ${call.operation} ${call.key}: ${told(found)}`,
      );
      looks++;
      return result;
    },
  });
  await runUntilCurrent(wiring, { force: false }, neverAborted);
  assert.ok(looks > 30, `${looks} looks`);
});

/** Lets each call wait for some turns of others, the same for the same seed. */
function dawdling(run: number): Around {
  const random = seeded(run);
  return async (_, perform) => {
    for (let turns = Math.floor(random() * 6); turns > 0; turns--) await null;
    return perform();
  };
}

test(`looking at the same time as a run finds no fault (seeds from ${seed})`, async (t) => {
  for (let run = seed, last = seed + seedsOf(t); run < last; run++) {
    const fixture = await createFixture(eventful);
    const around = dawdling(run);
    let isDone = false;
    const running = fixture.run({ around }).finally(() => {
      isDone = true;
    });
    for (let looks = 0; looks < 1 || !isDone; looks++) {
      const found = await examine(fixture.wiring({ around }), {}, neverAborted);
      assert.deepEqual(found.differences.filter(isFault), [], `seed ${run}: ${told(found)}`);
    }
    await running;
  }
});

test("what a run leaves that is killed before any of its writes is repaired", async (t) => {
  for (let survived = 0; ; survived += everySampled) {
    const fixture = await createFixture(eventful);
    const isKilled = await isKilledBefore(fixture, survived, (wiring) =>
      runUntilCurrent(wiring, { force: false }, neverAborted),
    );
    if (!isKilled) {
      assert.ok(survived > 30, `${survived} writes`);
      const count = survived - survived / everySampled;
      return tellLeftOut(t, { count, whole: survived, what: "runs that a doctor comes after" });
    }
    const found = await look(fixture);
    await repair(fixture.wiring(), found, noOptions, neverAborted);
    await fixture.run();
    // The provider has replaced a granule by a broken one: its values, as an earlier file had them, are for a person to believe.
    await mend(fixture, await look(fixture), expectedLater, true).catch((error: Error) => {
      error.message = `killed before write ${survived}: ${error.message}`;
      throw error;
    });
  }
});

test(`a repair beside a run loses nothing of either (seeds from ${seed})`, async (t) => {
  for (let run = seed, last = seed + seedsOf(t); run < last; run++) {
    const fixture = await createFixture(eventful);
    await fixture.put(`${group}rain/2.0.0`, undefined);
    await fixture.put(`${group}wind/2.0.0`, garbage);
    await fixture.put("tiny.accrete/provenance/00000001.json", undefined);
    await fixture.record(0, () => undefined);
    const around = dawdling(run);
    const found = await look(fixture);
    await Promise.all([
      repair(fixture.wiring({ around }), found, noOptions, neverAborted),
      fixture.run({ around }),
    ]);
    await fixture.run();
    await mend(fixture, await look(fixture), expectedLater, true).catch((error: Error) => {
      error.message = `seed ${run}: ${error.message}`;
      throw error;
    });
  }
});
