/** The objects of visible chunks that are gaps throughout: they have to be there, and nothing has to tell of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { repair } from "../../../shared/doctor/repair.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import {
  assertContent,
  type Expected,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../support/tinyWorld.ts";
import { garbage, group, look, mend, noOptions } from "./clinic.ts";
import { createFixture, type Fixture } from "./fixture.ts";

interface GapWorld {
  readonly world: TinyWorld;
  readonly steps: readonly Expected[];
}

/** Chunks 1 and 2 are gaps: the ledger has records of them where they are resolved, and none where they are pending. */
async function gapWorld(publish: "settled" | "latest"): Promise<GapWorld> {
  const world = tinyWorld({ publish, ...(publish === "latest" && { patience: "P9D" }) });
  world.publishAll(0, 2);
  world.publishAll(13, 15);
  world.at(40);
  await world.run();
  const gap = publish === "latest" ? "pending" : "missing";
  return { world, steps: [...present(3), ...Array<Expected>(10).fill(gap), ...present(3)] };
}

const of = (array: string, chunk: number) => `${group}${array}/${chunk}.0.0`;
const remove =
  (...keys: string[]) =>
  async (fixture: Fixture) => {
    for (const key of keys) await fixture.put(key, undefined);
  };
const all = ["rain", "wind"].flatMap((array) => [of(array, 1), of(array, 2)]);

/** What is done, and what must be said of it: kind, place, first and last. */
const injured: Readonly<
  Record<
    string,
    readonly [(fixture: Fixture) => Promise<void>, ...(readonly [string, string, number, number])[]]
  >
> = {
  "an object is gone": [remove(of("rain", 1)), ["objectGone", "rain", 1, 1]],
  "all of them are gone, as in a dataset that was never given any": [
    remove(...all),
    ["objectGone", "rain", 1, 2],
    ["objectGone", "wind", 1, 2],
  ],
  "an object is damaged": [(fixture) => fixture.put(of("wind", 2), garbage), ["objectDamaged", "wind", 2, 2]],
  "an object holds values": [
    async (fixture) => fixture.put(of("wind", 1), await fixture.bytes(of("wind", 3))),
    ["valuesInGap", "objects", 5, 7],
  ],
};

for (const publish of ["settled", "latest"] as const) {
  describe(`in a dataset that publishes its ${publish}`, () => {
    test("nothing is wrong with fill, whether or not there is a record", async () => {
      const { world } = await gapWorld(publish);
      const { differences } = await look(await createFixture(world));
      assert.deepEqual(differences, []);
    });

    for (const [what, [injure, ...expected]] of Object.entries(injured)) {
      test(`${what}: it is found and repaired`, async () => {
        const { world, steps } = await gapWorld(publish);
        const fixture = await createFixture(world);
        await injure(fixture);
        const found = await look(fixture);
        assert.deepEqual(
          found.differences.map(({ kind, place, first, last }) => [kind, place, first, last]),
          expected,
        );
        const { done } = await mend(fixture, found, steps);
        assert.deepEqual([...new Set(done.map(({ mending }) => mending))], ["clear"]);
        for (const key of all) assert.ok(await fixture.bytes(key), key);
      });
    }

    test("a gap's objects are repaired though the provider cannot be asked", async () => {
      const { world, steps } = await gapWorld(publish);
      const fixture = await createFixture(world);
      await remove(...all)(fixture);
      world.source.meddle = () => {
        throw unreachable();
      };
      await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
      await assertContent(fixture, steps);
      for (const key of all) assert.ok(await fixture.bytes(key), key);
    });
  });
}

test("fill that a committer put which died before it showed the chunk is a note, and stays for the next commit", async () => {
  const { world } = await gapWorld("latest");
  world.publish(21);
  const wiring = world.wiring({
    around: (call, perform) => {
      if (call.key === `${group}granule_status/0` && call.operation === "put") throw new Error("killed");
      return perform();
    },
  });
  await assert.rejects(world.run({}, wiring), /killed/);
  const fixture = await createFixture(world);
  const { differences } = await look(fixture);
  assert.ok(differences.some(({ kind, first }) => kind === "strayObject" && first === 4));
});

test("what a repair cannot make anew yet, as it does not know what was there, it says, and the next one does", async () => {
  const { world } = await gapWorld("latest");
  const fixture = await createFixture(world);
  for (const key of await fixture.keys()) if (key.includes("/provenance/")) await fixture.put(key, undefined);
  for (const chunk of ["dataset", 0, 1, 2, 3] as const) await fixture.record(chunk, () => undefined);
  await remove(...all)(fixture);
  const first = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
  assert.deepEqual(
    first.left.map(({ place, chunk }) => [place, chunk]),
    [
      ["objects", 1],
      ["objects", 2],
    ],
  );
  assert.match(first.left[0]?.detail ?? "", /repair again/);
  const second = await repair(fixture.wiring(), await look(fixture), noOptions, neverAborted);
  assert.deepEqual(second.left, []);
  assert.deepEqual((await look(fixture)).differences, []);
});
