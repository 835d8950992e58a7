/** Gaps: what is waited for, what readers are shown of it, and how it heals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, instantText, tinyTime } from "../../../support/tinyDataset.ts";
import { assertContent, present, tinyWorld } from "../../../support/tinyWorld.ts";

const second = 1 / 3600;

test("a missing granule is waited for; past the patience it is a gap, tried again, and healed when it appears", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.remove(2);
  world.at(2 + 6);
  await world.run();
  await assertContent(world, present(2));
  assert.equal(await world.step(2), undefined, "nothing is known of it yet");

  world.at(2 + 6 + second);
  const { wiring } = await world.run();
  await assertContent(world, [0, 0, "missing", 0, 0, 0, 0, 0, 0]);
  const gap = await world.step(2);
  assert.equal(gap?.failed?.fault, "notThere");
  assert.equal(gap?.failed?.nextTryAt, world.clock.asOf + hourMs);
  assert.deepEqual(
    wiring.events.flatMap((event) => (event.event === "planned" ? [event.settled] : [])),
    [1, 0],
  );

  for (const [tries, interval] of [1, 2, 4, 6, 6].entries()) {
    const due = (await world.step(2))?.failed?.nextTryAt as number;
    world.clock.asOf = due - 1000;
    await world.run();
    assert.equal((await world.step(2))?.failed?.attempts, tries + 1);
    world.clock.asOf = due;
    await world.run();
    const next = (await world.step(2))?.failed;
    assert.equal(next?.attempts, tries + 2);
    assert.equal(next?.nextTryAt, due + ([2, 4, 6, 6, 6][tries] as number) * hourMs, `after ${interval} h`);
  }

  world.publish(2, { modifiedAt: world.clock.asOf });
  await world.run();
  await assertContent(world, present(10));
  assert.deepEqual((await world.status()).failing, []);
});

test("missing granules at the end never extend the length, however late it gets", async () => {
  const world = tinyWorld();
  world.publishAll(0, 4);
  for (const hours of [6, 20, 100]) {
    world.at(hours);
    await world.run();
    await assertContent(world, present(5));
    assert.equal(await world.step(5), undefined, "an outage resolves nothing");
  }
  world.publish(60);
  await world.run();
  await assertContent(world, [...present(5), ...Array(55).fill("missing"), 0]);
});

test("corrupt granules at the end do not extend the length either", async () => {
  const world = tinyWorld();
  world.publishAll(0, 5);
  for (const index of [4, 5]) world.publish(index, { bytes: new Uint8Array(7) });
  world.at(100);
  await world.run();
  await assertContent(world, present(4));
  world.publish(6);
  await world.run();
  await assertContent(world, [...present(4), "corrupt", "corrupt", 0]);
});

test("nothing is shown while the first granule of all is waited for", async () => {
  const world = tinyWorld();
  world.publishAll(1, 3);
  world.at(4);
  await world.run();
  await assertContent(world, []);
  world.at(7);
  await world.run();
  await assertContent(world, ["missing", 0, 0, 0]);
});

test("a whole chunk of missing granules reads as fill, from objects that are there", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  world.publishAll(8, 9);
  world.at(14);
  await world.run();
  await assertContent(world, [...present(4), "missing", "missing", "missing", "missing", 0, 0]);
  for (const array of ["rain", "wind"])
    assert.ok((await world.generations())[`tiny.zarr/${array}/1.0.0`], `${array} has an object`);
});

test("a dataset that publishes its latest shows gaps at once as pending, then as missing, then heals", async () => {
  const world = tinyWorld({ publish: "latest" });
  world.publishAll(0, 5);
  world.remove(1);
  world.remove(2);
  world.publish(4, { bytes: new Uint8Array(3) });
  world.at(6);
  await world.run();
  await assertContent(world, [0, "pending", "pending", 0, "corrupt", 0]);
  world.publish(2);
  await world.run();
  await assertContent(world, [0, "pending", 0, 0, "corrupt", 0]);
  world.at(8);
  await world.run();
  await assertContent(world, [0, "missing", 0, 0, "corrupt", 0]);
  world.publish(1, { modifiedAt: world.clock.asOf });
  world.publish(4);
  await world.run();
  await assertContent(world, present(6));
});

test("what is shown as pending is looked for until it is resolved, however long no run has looked", async () => {
  const world = tinyWorld({ publish: "latest" });
  world.publishAll(0, 9);
  world.remove(6);
  world.remove(8);
  world.at(10);
  await world.run();
  await assertContent(world, present(10).with(6, "pending").with(8, "pending"));
  world.publish(8);
  world.at(200);
  await world.run();
  await assertContent(world, present(10).with(6, "missing"));
});

test("granules of the future are left alone until their time has come", async () => {
  const world = tinyWorld();
  world.publishAll(0, 9);
  world.at(3);
  await world.run();
  await assertContent(world, present(4));
  world.at(3.999);
  await world.run();
  await assertContent(world, present(4));
});

test("a series that has ended is complete at its end, in a chunk that never fills", async () => {
  const world = tinyWorld({ end: 5 });
  world.publishAll(0, 9);
  world.at(50);
  await world.run();
  await assertContent(world, present(6));
  assert.equal((await world.status()).end, instantText(tinyTime(5)));
  assert.equal((await world.run()).taken, 0);
});

test("an outage longer than one plan can list is resolved, once the provider is back", async () => {
  const world = tinyWorld();
  world.publishAll(0, 3);
  const back = 24 * 10;
  world.publish(back);
  world.at(back + 6);
  const few = { planDirectoriesMax: 2 };
  await world.run({}, world.wiring({ limits: few }));
  await assertContent(world, [...present(4), ...Array(back - 4).fill("missing"), 0]);
});
