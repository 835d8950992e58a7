/** Values from before a dataset had valid ranges: told of by a look, changed by nothing but a repair, and gone after it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { repair } from "../../../shared/doctor/repair.ts";
import { unreachable } from "../../support/memoryProvider.ts";
import { memoryLimits } from "../../support/memoryWiring.ts";
import { tinyDataset, tinyHeaderBytes } from "../../support/tinyDataset.ts";
import {
  assertContent,
  type Expected,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../support/tinyWorld.ts";
import { garbage } from "./clinic.ts";
import { createFixture, type Fixture } from "./fixture.ts";

const dataset = tinyDataset({ ranges: { rain: [0, 50], wind: [-300, 500] } });
const wrongRain = 1;
const wrongWind = 2;
const lastIndex = 8;

const withWrong = (at: Expected): Expected[] =>
  present(lastIndex + 1)
    .with(wrongRain, at)
    .with(wrongWind, at);

/** Raw bytes with one value that cannot be: 163.84 mm/h in the first cell, or 501.5 m/s in the last. */
const heavy = (raw: Uint8Array) => {
  const copy = Buffer.from(raw);
  copy.writeInt16BE(16_384, tinyHeaderBytes);
  return copy;
};
const stormy = (raw: Uint8Array) => {
  const copy = Buffer.from(raw);
  copy.writeFloatBE(501.5, tinyHeaderBytes + 12 + 4 * 5);
  return copy;
};

/** A dataset that grew before there were ranges. */
async function grown(): Promise<{ readonly world: TinyWorld; readonly fixture: Fixture }> {
  const world = tinyWorld();
  world.publishAll(0, lastIndex);
  world.publish(wrongRain, { mutate: heavy });
  world.publish(wrongWind, { mutate: stormy });
  world.at(lastIndex + 1);
  await world.run();
  return { world, fixture: await createFixture(world) };
}

const look = (fixture: Fixture) => examine(fixture.wiring({ dataset }), {}, neverAborted);
const outside = ({ differences }: Awaited<ReturnType<typeof look>>) =>
  differences.filter(({ kind }) => kind === "outOfRange");
async function mend(fixture: Fixture) {
  return repair(fixture.wiring({ dataset }), await look(fixture), { adopt: false }, neverAborted);
}
async function assertWell(fixture: Fixture, steps: readonly Expected[]): Promise<void> {
  assert.deepEqual((await look(fixture)).differences.filter(isFault), []);
  await assertContent(fixture, steps);
}
const failedAt = async ({ surroundings }: Fixture, index: number) => {
  const found = await surroundings.ledger.read({ dataset: "tiny", chunk: 0 }, neverAborted);
  const record = found?.record as Awaited<ReturnType<TinyWorld["record"]>> | undefined;
  return record?.steps[index]?.failed;
};

test("a look names timestep, array, value and place, and writes nothing; nor does a run change them", async () => {
  const { world, fixture } = await grown();
  const before = await fixture.generations();
  const expected = [
    {
      place: "rain",
      first: 1,
      last: 1,
      detail: "rain is 163.84 mm h-1 at lat 10, lon 100; valid is 0 to 50",
    },
    {
      place: "wind",
      first: 2,
      last: 2,
      detail: "wind is 501.5 m s-1 at lat 0, lon 110; valid is -300 to 500",
    },
  ].map((one) => ({ kind: "outOfRange", of: "timestep", ...one }));
  assert.deepEqual(outside(await look(fixture)), expected);
  assert.ok(outside(await look(fixture)).every(isFault));
  assert.deepEqual(await fixture.generations(), before);

  const { arrays } = await fixture.read();
  world.publish(3, { revision: 1 });
  await fixture.run({ dataset });
  assert.deepEqual(outside(await look(fixture)), expected);
  const { arrays: after } = await fixture.read();
  assert.deepEqual([after.rain?.[1], after.wind?.[2]], [arrays.rain?.[1], arrays.wind?.[2]]);
});

describe("a repair", () => {
  test("ingests what the provider has by now", async () => {
    const { world, fixture } = await grown();
    world.publish(wrongRain, { revision: 1 });
    world.publish(wrongWind);
    await mend(fixture);
    await assertWell(fixture, present(lastIndex + 1).with(wrongRain, 1));
  });

  test("makes them corrupt where the provider's granules still say so, and they heal when those are replaced", async () => {
    const { world, fixture } = await grown();
    await mend(fixture);
    await assertWell(fixture, withWrong("corrupt"));
    const failed = await failedAt(fixture, wrongRain);
    assert.equal(failed?.fault, "range");
    assert.match(failed.reason, /^2020-01-01T07:00:00Z: rain is 163.84 /);
    for (const index of [wrongRain, wrongWind]) world.publish(index, { revision: 1 });
    await fixture.run({ dataset });
    await assertWell(fixture, withWrong(1));
  });

  test("makes them corrupt where the provider has no granule any more", async () => {
    const { world, fixture } = await grown();
    for (const index of [wrongRain, wrongWind]) world.remove(index);
    await mend(fixture);
    await assertWell(fixture, withWrong("corrupt"));
    const { fault, reason, granule } = (await failedAt(fixture, wrongWind)) ?? {};
    assert.deepEqual([fault, granule], ["range", null]);
    assert.equal(reason, "wind is 501.5 m s-1 at lat 0, lon 110; valid is -300 to 500");
  });

  test("makes them corrupt where their files cannot be read", async () => {
    const { world, fixture } = await grown();
    for (const index of [wrongRain, wrongWind]) world.publish(index, { bytes: garbage });
    await mend(fixture);
    await assertWell(fixture, withWrong("corrupt"));
    assert.equal((await failedAt(fixture, wrongRain))?.fault, "notGzip");
  });

  test("leaves them, and says so, while the provider cannot be asked", async () => {
    const { world, fixture } = await grown();
    world.source.meddle = () => {
      throw unreachable();
    };
    const { left } = await mend(fixture);
    assert.ok(left.some(({ detail }) => /cannot be asked/.test(detail)));
    assert.equal(outside(await look(fixture)).length, 2);
    world.source.meddle = undefined;
    await mend(fixture);
    await assertWell(fixture, withWrong("corrupt"));
  });

  for (const [what, bytes] of [
    ["gone", undefined],
    ["damaged", garbage],
  ] as const) {
    test(`makes the chunk anew without them where an object is ${what} besides`, async () => {
      const { world, fixture } = await grown();
      world.remove(wrongWind);
      await fixture.put("tiny.zarr/rain/0.0.0", bytes);
      await mend(fixture);
      await assertWell(fixture, withWrong("corrupt"));
    });
  }

  test("does as much where ledger and provenance are lost", async () => {
    const { fixture } = await grown();
    await fixture.record(0, () => undefined);
    await fixture.put("tiny.accrete/provenance/00000000.json", undefined);
    await mend(fixture);
    await mend(fixture);
    await assertWell(fixture, withWrong("corrupt"));
  });

  test("may be killed before any write, and run again", async () => {
    for (let survived = 0, isKilled = true; isKilled; survived++) {
      const { world, fixture } = await grown();
      world.remove(wrongWind);
      let writes = 0;
      const wiring = fixture.wiring({
        dataset,
        around: (call, perform) => {
          if (/put|write|delete/.test(call.operation) && writes++ >= survived) throw new Error("killed");
          return perform();
        },
      });
      isKilled = await repair(wiring, await look(fixture), { adopt: false }, neverAborted).then(
        () => false,
        (error: Error) => error.message === "killed",
      );
      fixture.surroundings.clock.now += memoryLimits.chunkLeaseMs;
      await mend(fixture);
      await assertWell(fixture, withWrong("corrupt"));
    }
  });
});
