/** A dataset that has been through something, and what anybody may find in it after something in it was damaged. */
import assert from "node:assert/strict";
import type { Around } from "./memoryWiring.ts";
import { readStore } from "./readStore.ts";
import { instantText, shownAt, tinyTime } from "./tinyDataset.ts";
import { assertContent, type Expected, present, type TinyWorld, tinyWorld } from "./tinyWorld.ts";

/** Visible in the weathered world, and published besides when it is damaged. */
export const weatheredLength = 8;
export const publishedCount = 11;
/** More calls to ports than any run over it needs. */
const callsMax = 5000;

/** What readers find in it: the third timestep is missing, the sixth corrupt, the second was revised. */
export const weathered: readonly Expected[] = present(weatheredLength)
  .with(2, "missing")
  .with(5, "corrupt")
  .with(1, 1);

/** Such a dataset, and three further granules that the provider has published since. */
export async function weatheredWorld(): Promise<TinyWorld> {
  const world = tinyWorld();
  world.publishAll(0, weatheredLength - 1);
  world.remove(2);
  world.publish(5, { bytes: new Uint8Array(8) });
  world.at(16);
  await world.run();
  world.publish(1, { revision: 1 });
  await world.run();
  await assertContent(world, weathered);
  world.publishAll(weatheredLength, publishedCount - 1, { modifiedAt: world.clock.asOf });
  return world;
}

/** Fails a run that goes on and on, by the number of its calls. */
export function boundedCalls(): Around {
  let calls = 0;
  return (call, perform) => {
    assert.ok(++calls < callsMax, `${calls} calls, the last to ${call.operation} ${call.key}`);
    return perform();
  };
}

/** What a reader may be shown of a timestep: a revision of its granule that was published, or nothing. */
export function mayShow(
  index: number,
  name: "rain" | "wind",
  values: readonly (number | null)[] | undefined,
): boolean {
  return shownAt(index, name, values, index === 1 ? [0, 1] : [0]) !== undefined;
}

/**
 * Asserts that whoever can open the dataset finds no fewer timesteps than before, at their times, with values of their
 * granules or none. Returns whether somebody can.
 */
export async function assertNothingWrong(world: TinyWorld, times = true): Promise<boolean> {
  const found = await readStore(world.store).catch((error: Error) => error);
  // An object that cannot be read by anybody shows nothing wrong. That lengths differ is no such error.
  if (found instanceof assert.AssertionError) throw found;
  if (!found || found instanceof Error) return false;
  assert.ok(found.length >= weatheredLength, `${found.length} timesteps`);
  for (let index = 0; index < found.length; index++) {
    if (times) assert.equal(found.times[index], instantText(tinyTime(index)));
    for (const name of ["rain", "wind"] as const) {
      const values = found.arrays[name]?.[index];
      assert.ok(mayShow(index, name, values), `${name} of timestep ${index}: ${JSON.stringify(values)}`);
    }
  }
  return true;
}
