/** The dataset that the doctor's tests injure, and what it is to be when it is well again. */
import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { type Examination, examine } from "../../../shared/doctor/examine.ts";
import { type Repaired, repair } from "../../../shared/doctor/repair.ts";
import { type MemoryWiring, memoryLimits } from "../../support/memoryWiring.ts";
import {
  assertContent,
  type Expected,
  neverAborted,
  type TinyWorld,
  tinyWorld,
} from "../../support/tinyWorld.ts";
import type { Fixture } from "./fixture.ts";

/** A gap, a corrupt granule, two that were revised, a partial tail, and behind it a broken one that is not visible yet. */
export const expected: readonly Expected[] = [0, 1, "missing", 0, "corrupt", 0, 0, 0, 0, 1];

const chunkLength = 4;

export interface Clinic {
  readonly world: TinyWorld;
  /** The objects as they were before the last run. */
  readonly older: ReadonlyMap<string, Uint8Array>;
}

export async function openClinic(): Promise<Clinic> {
  const world = tinyWorld({ batchesMax: 1 });
  world.publishAll(0, 9);
  world.remove(2);
  world.publish(4, { bytes: new Uint8Array(3) });
  world.at(11);
  await world.run();
  const older = new Map<string, Uint8Array>();
  for (const key of await world.store.list("", neverAborted)) {
    const found = await world.store.read(key, neverAborted);
    if (found) older.set(key, found.bytes);
  }
  world.publish(1, { revision: 1 });
  world.publish(9, { revision: 1 });
  world.publish(10, { bytes: new Uint8Array(3) });
  world.at(12);
  await world.run();
  await assertContent(world, expected);
  return { world, older };
}

/** The keys of the dataset's group. */
export const group = "tiny.zarr/";
/** Bytes that are nothing. */
export const garbage = new Uint8Array(30).fill(7);
export const noOptions = { adopt: false };

/** Does some work by a process that is killed before its write of that number; returns whether it was. */
export async function isKilledBefore(
  fixture: Fixture,
  survived: number,
  work: (wiring: MemoryWiring) => Promise<unknown>,
): Promise<boolean> {
  let writes = 0;
  const wiring = fixture.wiring({
    around: (call, perform) => {
      if (/put|write|delete/.test(call.operation) && writes++ >= survived) throw new Error("killed");
      return perform();
    },
  });
  try {
    await work(wiring);
    return false;
  } catch (error) {
    assert.equal((error as Error).message, "killed");
    fixture.surroundings.clock.now += memoryLimits.chunkLeaseMs;
    return true;
  }
}

export const look = (fixture: Fixture) => examine(fixture.wiring(), {}, neverAborted);

/** The kinds of what was found, each once, in order. */
export const kindsOf = ({ differences }: Examination) => [...new Set(differences.map(({ kind }) => kind))];

/** What each array's objects hold at each timestep that has a granule, by array and index; what cannot be decoded is not there. */
export async function valuesHeld({ store }: Pick<TinyWorld, "store">): Promise<Map<string, string>> {
  const held = new Map<string, string>();
  for (const array of ["rain", "wind"]) {
    for (const [index, step] of expected.entries()) {
      if (typeof step !== "number") continue;
      const chunk = Math.floor(index / chunkLength);
      const found = await store.read(`tiny.zarr/${array}/${chunk}.0.0`, neverAborted);
      const raw = found && decompressed(found.bytes);
      const stepBytes = (raw?.length ?? 0) / chunkLength;
      const from = (index % chunkLength) * stepBytes;
      if (raw) held.set(`${array} ${index}`, raw.subarray(from, from + stepBytes).toString("hex"));
    }
  }
  return held;
}

function decompressed(bytes: Uint8Array): Buffer | undefined {
  try {
    return zstdDecompressSync(bytes);
  } catch {
    return undefined;
  }
}

/** One line for each difference, for messages. */
export function told({ differences }: Examination): string {
  return differences
    .map(({ kind, place, first, detail }) => `${kind} ${place} ${first} ${detail}`)
    .join("\n  ");
}

/** What a repair says of timesteps that have values, while ledger, provenance and provider know nothing of them. */
const undecided = /neither a record nor a granule|values that nothing tells of/;

/** Whether a repair left something that only a person can decide. */
export const isUndecided = ({ left }: Repaired) => left.some(({ detail }) => undecided.test(detail));

/** Repairs what was found, and asserts that nothing is found any more and that readers find those timesteps. */
export async function mend(
  fixture: Fixture,
  found: Examination,
  steps: readonly Expected[] = expected,
  adopt = false,
): Promise<Repaired> {
  const mended = await repair(fixture.wiring(), found, { adopt }, neverAborted);
  const again = await look(fixture);
  const lines = (list: Repaired["done"]) => list.map((step) => JSON.stringify(step)).join("\n  ");
  const story = `found\n  ${told(found)}\ndone\n  ${lines(mended.done)}\nleft\n  ${lines(mended.left)}\nfound again\n  ${told(again)}`;
  const faults = again.differences.filter(isFault);
  if (isUndecided(mended)) {
    const others = faults.filter(({ kind }) => kind !== "stepUnknown" && kind !== "valuesInGap");
    assert.deepEqual(others, [], story);
    return mended;
  }
  assert.deepEqual(faults, [], story);
  await assertContent(fixture, steps).catch((error: Error) => {
    error.message += `\n${story}`;
    throw error;
  });
  return mended;
}
