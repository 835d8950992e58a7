/**
 * A provider that lists nothing of what is known to have been there is looked for in the wrong place: it is believed no more
 * than one that cannot be reached. One that has anything of the dataset is, whatever else it lost.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { chunkRecordKey } from "../../../shared/ledger/ledger.ts";
import { createMemoryProvider } from "../../support/memoryProvider.ts";
import { memoryLimits, memoryWiring } from "../../support/memoryWiring.ts";
import { assertContent, neverAborted, present, type TinyWorld, tinyWorld } from "../../support/tinyWorld.ts";
import { group, kindsOf, look, mend, noOptions } from "./clinic.ts";
import { createFixture, type Fixture } from "./fixture.ts";

/** Timesteps in chunks of four, the granules in a directory a day. */
async function grown(count = 9): Promise<TinyWorld> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, count - 1);
  world.at(count + 1);
  await world.run();
  return world;
}

/** As below a base URL where there is nothing. */
function elsewhere(fixture: Fixture): Fixture {
  const surroundings = { ...fixture.surroundings, source: createMemoryProvider() };
  return { ...fixture, surroundings, wiring: (options) => memoryWiring(surroundings, options) };
}

/** What the ledger says of the first four timesteps. */
async function recorded({ surroundings }: Fixture): Promise<string[]> {
  const found = await surroundings.ledger.read(chunkRecordKey("tiny", 0), neverAborted);
  return Object.values(found?.record.steps ?? {}).map(({ status }) => status);
}

const allPresent = Array(4).fill("present");
const remove = async (fixture: Fixture, chunk: number) => {
  for (const array of ["rain", "wind"]) await fixture.put(`${group}${array}/${chunk}.0.0`, undefined);
};

const reason =
  "nothing matches: 1 directory (it does not exist), no file; looked for 2020/001/tiny.2020010106.bin.gz; the base URL's own directory does not exist";

describe("below a wrong base URL", () => {
  test("nothing is called withdrawn: it is said what was looked for, once for all chunks", async () => {
    const { differences } = await look(elsewhere(await createFixture(await grown())));
    assert.deepEqual(
      differences.map(({ kind, first, last, detail }) => [kind, first, last, detail]),
      [["sourceUnavailable", 0, 2, reason]],
    );
  });

  test("nothing is given up, though no object holds it any more", async () => {
    const fixture = elsewhere(await createFixture(await grown()));
    await remove(fixture, 0);
    const { done, left } = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    assert.deepEqual(done, []);
    assert.deepEqual(
      left.map(({ chunk, detail }) => [chunk, detail]),
      [[0, `it cannot be asked: ${reason}`]],
    );
    const found = await look(fixture);
    assert.deepEqual(kindsOf(found), ["objectGone", "sourceUnavailable"]);
    assert.deepEqual(await recorded(fixture), allPresent);
  });

  test("nor where a worker died at the chunk", async () => {
    const world = await grown();
    const fixture = await createFixture(world);
    await remove(fixture, 0);
    const lease = { holder: "dead", expiresAt: fixture.surroundings.clock.now };
    await fixture.record(0, (record) => ({ ...record, lease }));
    fixture.surroundings.clock.now += memoryLimits.chunkLeaseMs;
    const lost = elsewhere(fixture);
    await repair(lost.wiring(), await look(lost), noOptions, neverAborted);
    assert.deepEqual(await recorded(fixture), allPresent);
    await mend(fixture, await look(fixture), present(9));
  });

  test("nor is what readers were shown and nobody recorded called missing", async () => {
    const fixture = elsewhere(await createFixture(await grown()));
    await remove(fixture, 0);
    await fixture.record(0, () => undefined);
    await fixture.put("tiny.accrete/provenance/00000000.json", undefined);
    await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
    const { differences } = await look(fixture);
    assert.ok(differences.filter(isFault).some(({ kind }) => kind === "stepUnknown"));
    assert.deepEqual(await recorded(fixture), []);
  });
});

describe("a provider that has something of the dataset is believed", () => {
  test("though it lacks the old directories and the newest granule", async () => {
    const world = await grown(41);
    const fixture = await createFixture(world);
    for (const index of [...Array.from({ length: 18 }, (_, i) => i), 40]) world.remove(index);
    for (const chunk of [0, 10]) await remove(fixture, chunk);
    const found = await look(fixture);
    assert.deepEqual(kindsOf(found), ["objectGone", "withdrawn"]);
    const gaps = Array<"missing">(4).fill("missing");
    await repair(fixture.wiring(), found, noOptions, neverAborted);
    await assertContent(fixture, [...gaps, ...present(36), "missing"]);
  });
});
