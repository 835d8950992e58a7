/** A file that its provider is still writing: what is whole of it is ingested, the rest waits, and is corrupt only once it is old. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../../shared/doctor/examine.ts";
import { tinyGranule, tinyHeaderBytes, tinyTime } from "../../../support/tinyDataset.ts";
import {
  assertContent,
  type Expected,
  neverAborted,
  present,
  type TinyWorld,
  tinyWorld,
} from "../../../support/tinyWorld.ts";

const minuteMs = 60_000;
/** Two fields of six values, in 2 and 4 bytes. */
const frameBytes = 36;
const fourASet = { stepsPerGranule: 4, compression: "none", writtenWithin: "PT1H" } as const;

/** Publishes the first bytes of the granule that begins with timestep `index`, last written so many minutes after it. */
function write(world: TinyWorld, index: number, bytes: number, minutes: number, revision = 0): void {
  const { stepsPerGranule } = world.dataset.source;
  const { compression } = world.dataset.decoding;
  const kind = compression === "none" ? "none" : "gzip";
  const whole = tinyGranule({ index, stepsPerGranule, compression: kind, revision });
  const modifiedAt = tinyTime(index) + minutes * minuteMs;
  world.publish(index, { bytes: whole.subarray(0, bytes), modifiedAt });
}
const at = (world: TinyWorld, index: number, minutes: number) => world.at(index + minutes / 60);
const failing = async (world: TinyWorld) =>
  (await world.status()).failing.map(({ time, status, fault }) => [time.slice(11, 16), status, fault]);

describe("an uncompressed file of several timesteps", () => {
  const sizes = [
    ["ends with its second timestep", tinyHeaderBytes + 2 * frameBytes],
    ["ends in the middle of its third timestep", tinyHeaderBytes + 2 * frameBytes + 17],
  ] as const;
  for (const [what, bytes] of sizes) {
    for (const listing of ["exact", "coarse"] as const) {
      test(`that ${what} gives two; the others are pending, and come with the rest (${listing} dates)`, async () => {
        const world = tinyWorld({ ...fourASet, listing });
        world.publishAll(0, 3);
        write(world, 4, bytes, 200);
        at(world, 4, 210);
        const first = await world.run();
        assert.deepEqual([first.taken, first.failed], [6, 0]);
        await assertContent(world, present(6));
        assert.deepEqual(
          (await world.provenance(1)).steps.map(({ status }) => status),
          ["present", "present", "pending", "pending"],
        );
        assert.deepEqual(await failing(world), [
          ["12:00", "pending", "length"],
          ["13:00", "pending", "length"],
        ]);
        assert.match(
          (await world.status()).failing[0]?.reason ?? "",
          /hold 2 of its 4 timesteps; it may still be being written$/,
        );
        write(world, 4, bytes + frameBytes, 220);
        at(world, 4, 221);
        assert.equal((await world.run()).failed, 0);
        await assertContent(world, present(7));
        write(world, 4, 10_000, 230);
        at(world, 4, 231);
        await world.run();
        await assertContent(world, present(8));
        assert.deepEqual(await failing(world), []);
        for (let index = 4; index < 8; index++)
          assert.equal((await world.step(index))?.granule?.revision, 0, "nothing was replaced");
      });
    }
  }

  test("that stays short is corrupt in part once its time is over, whole ones stay", async () => {
    const world = tinyWorld(fourASet);
    world.publishAll(0, 3);
    write(world, 4, tinyHeaderBytes + 2 * frameBytes, 200);
    world.publishAll(8, 11);
    at(world, 4, 210);
    await world.run();
    assert.equal((await world.step(6))?.failed?.nextTryAt, tinyTime(4) + 260 * minuteMs);
    at(world, 4, 260);
    const { failed } = await world.run();
    assert.equal(failed, 2);
    at(world, 16, 0);
    await world.run();
    await assertContent(world, present(12).with(6, "corrupt").with(7, "corrupt"));
  });

  test("that is replaced while it grows counts as replaced", async () => {
    const world = tinyWorld(fourASet);
    write(world, 0, tinyHeaderBytes + 2 * frameBytes, 200);
    at(world, 0, 210);
    await world.run();
    write(world, 0, 10_000, 220, 1);
    at(world, 0, 230);
    await world.run();
    await assertContent(world, [1, 1, 1, 1]);
    assert.deepEqual(
      await Promise.all([0, 1, 2].map(async (index) => (await world.step(index))?.granule?.revision)),
      [1, 1, 0],
    );
  });

  test("that was whole and is now short keeps its values", async () => {
    const world = tinyWorld(fourASet);
    world.publishAll(0, 3);
    world.at(5);
    await world.run();
    write(world, 0, tinyHeaderBytes + frameBytes, 300);
    at(world, 0, 301);
    await world.run();
    await assertContent(world, present(4));
    assert.deepEqual(
      (await failing(world)).map(([, status]) => status),
      ["present", "present", "present"],
    );
  });

  test("is nothing that a doctor finds fault with", async () => {
    const world = tinyWorld(fourASet);
    write(world, 0, tinyHeaderBytes + 2 * frameBytes, 200);
    at(world, 0, 210);
    await world.run();
    const look = async () => (await examine(world.wiring(), {}, neverAborted)).differences.filter(isFault);
    assert.deepEqual(await look(), []);
    write(world, 0, 10_000, 220);
    at(world, 0, 230);
    await world.run();
    assert.deepEqual(await look(), []);
    await assertContent(world, present(4));
  });

  test("without a whole timestep waits altogether", async () => {
    const world = tinyWorld(fourASet);
    world.publishAll(0, 3);
    for (const bytes of [0, 5, tinyHeaderBytes, tinyHeaderBytes + frameBytes - 1]) {
      write(world, 4, bytes, 200 + bytes / 100);
      at(world, 4, 210);
      assert.equal((await world.run()).failed, 0, `${bytes} bytes`);
      await assertContent(world, present(4));
      assert.equal((await world.step(4))?.status, "pending", `${bytes} bytes`);
    }
  });
});

describe("a file that cannot tell how much of it is whole", () => {
  const young = async (
    bytes: (whole: Uint8Array) => Uint8Array,
    expected: Expected,
    listedBytes?: number,
  ) => {
    const world = tinyWorld({ writtenWithin: "PT1H" });
    world.publishAll(0, 3);
    const whole = tinyGranule({ index: 2 });
    world.publish(2, {
      bytes: bytes(whole),
      modifiedAt: tinyTime(2) + 30 * minuteMs,
      ...(listedBytes === undefined ? {} : { listedBytes }),
    });
    at(world, 2, 80);
    await world.run();
    assert.equal((await world.step(2))?.status, expected);
    return world;
  };

  test("is pending while it is young, blocks what follows, and is corrupt as soon as it is an hour old", async () => {
    const world = await young((whole) => whole.subarray(0, 60), "pending");
    await assertContent(world, present(2));
    assert.deepEqual(await failing(world), [["08:00", "pending", "truncated"]]);
    at(world, 2, 90);
    await world.run();
    assert.equal((await world.step(2))?.status, "corrupt");
    world.publish(2, { modifiedAt: tinyTime(2) + 100 * minuteMs });
    at(world, 2, 101);
    await world.run();
    await assertContent(world, present(4));
  });

  test("may be empty, or of another size than was listed", async () => {
    await young(() => new Uint8Array(0), "pending");
    await young((whole) => whole, "pending", 5);
  });

  test("is corrupt at once where what came is no beginning of a file", async () => {
    const damaged = (whole: Uint8Array) => whole.with(whole.length - 6, (whole.at(-6) as number) ^ 1);
    await young(damaged, "corrupt");
    await young(() => new TextEncoder().encode("<html>busy</html>"), "corrupt");
    const short = tinyGranule({ index: 2, mutate: (raw) => raw.subarray(0, raw.length - 1) });
    await young(() => short, "corrupt");
  });

  test("is as old as its first try where the server cannot date it", async () => {
    const world = tinyWorld({ writtenWithin: "PT1H", listing: "coarse" });
    world.source.modifiedAt = async () => undefined;
    world.publishAll(0, 3);
    world.publish(2, { bytes: new Uint8Array(0), listedBytes: 7 });
    world.at(4);
    await world.run();
    assert.equal((await world.step(2))?.status, "pending");
    world.at(4.9);
    await world.run();
    assert.equal((await world.step(2))?.status, "pending");
    world.at(5);
    await world.run();
    assert.equal((await world.step(2))?.status, "corrupt");
    await assertContent(world, present(2));
    world.at(9);
    await world.run();
    await assertContent(world, present(4).with(2, "corrupt"));
  });

  test("holds nobody up for longer than the dataset has patience, however often it is touched", async () => {
    const world = tinyWorld({ writtenWithin: "PT1H", patience: "PT3H" });
    world.publishAll(0, 12);
    for (let hour = 3; hour <= 12; hour++) {
      const bytes = tinyGranule({ index: 2 }).subarray(0, 20 + hour);
      world.publish(2, { bytes, modifiedAt: tinyTime(hour) });
      world.at(hour);
      await world.run();
      if (hour <= 6) assert.equal((await world.step(2))?.status, "pending", `${hour}`);
    }
    assert.equal((await world.step(2))?.status, "corrupt");
    assert.ok((await world.read()).length > 10);
  });

  test("that readers were told of as corrupt stays so until it is whole", async () => {
    const world = await young(() => new TextEncoder().encode("<html>"), "corrupt");
    world.publish(2, { bytes: new Uint8Array([0x1f, 0x8b]), modifiedAt: tinyTime(5) });
    world.at(5.5);
    await world.run();
    assert.equal((await world.step(2))?.status, "corrupt");
  });
});
