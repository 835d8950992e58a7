/**
 * Schedules in which objects of chunks get injured, and doctors are called: what befalls them, and what a person does about it
 * when all is over. An injured object breaks no promise until it is healed; all else has to hold beside it.
 */
import assert from "node:assert/strict";
import { isFault } from "../../../shared/doctor/evidence/differences.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import type { RepairOptions } from "../../../shared/doctor/repair/repairContext.ts";
import { type Repaired, repair } from "../../../shared/doctor/repair.ts";
import { StorageError } from "../../../shared/errors.ts";
import { inflatePako } from "../../../shared/format/decompress/inflatePako.ts";
import type { Wiring } from "../../../shared/pipeline/wiring.ts";
import { openChunkHeaders } from "../../../shared/zarr/layout.ts";
import type { FickleProvider } from "../../support/fickleProvider.ts";
import type { Around } from "../../support/memoryWiring.ts";
import { removeObject } from "../../support/removeObject.ts";
import { neverAborted, type TinyWorld } from "../../support/tinyWorld.ts";
import type { Watch } from "../../support/watch.ts";
import type { Fates } from "./simulation.ts";

interface Place {
  readonly world: TinyWorld;
  readonly provider: FickleProvider;
  readonly watch: Watch;
  readonly random: () => number;
  readonly around: Around;
  readonly steps: number;
  readonly chunkLength: number;
}

export interface Clinic {
  readonly turmoil: Fates;
  readonly turmoilTurns: number;
  /** Leaves bytes that nobody can decode in objects of one chunk; how many. The provider may lose its granules too. */
  injure(): Promise<number>;
  /** Has all repaired; a person deletes the chunks' objects where the doctor advises it, and believes what it leaves unproven. */
  healAll(): Promise<void>;
  /** Asserts that all objects are whole, and that no doctor finds a fault. */
  assertHealed(): Promise<void>;
}

const arrays = ["rain", "wind"];
const undecodable = new Uint8Array(3);
/** Who deletes does so once or twice: else few would sleep between the look at their lease and that. */
const turmoil: Fates = {
  killed: 0.002,
  asleep: 0.01,
  sleepMs: 600,
  asleepForLong: 0.003,
  jump: 0.02,
  drowsy: { what: /^delete /, times: 100 },
};
/** Shares of injuries: to all arrays at once, and where granules go with them, all or one. */
const shares = { all: 0.8, withdrawn: 0.6 };

/** Calls a doctor. */
export async function heal(wiring: Wiring, options: RepairOptions): Promise<Repaired> {
  return repair(wiring, await examine(wiring, {}, neverAborted), options, neverAborted);
}

/** What stages may well throw where objects are damaged. */
export function isOfInjury(error: unknown): boolean {
  return error instanceof StorageError && (error.operation === "decode" || isRefused(error.message));
}

/** While an array holds what cannot be fetched again. */
const isRefused = (text: string) => /nothing was given up/.test(text);

export function createDamaged(place: Place): Clinic {
  const { world, provider, watch, random, around, steps, chunkLength } = place;
  const chunks = steps / chunkLength;
  const keysOf = (chunk: number) => arrays.map((array) => `tiny.zarr/${array}/${chunk}.0.0`);

  async function injure(): Promise<number> {
    const chunk = Math.floor(random() * chunks);
    const isAll = random() < shares.all;
    const keys = isAll ? keysOf(chunk) : [keysOf(chunk)[random() < 0.5 ? 0 : 1] as string];
    let count = 0;
    for (const key of keys) {
      const existing = await world.store.read(key, neverAborted);
      if (!existing) continue;
      await world.store.put(key, undecodable, existing.generation, openChunkHeaders, neverAborted);
      watch.seeInjury(key);
      count++;
    }
    // What is published last has to come: it says how long the dataset is.
    const isWithdrawn = count > 0 && chunk < chunks - 1 && random() < shares.withdrawn;
    const withdrawn = isAll ? chunkLength : 1;
    for (let offset = 0; isWithdrawn && offset < withdrawn; offset++)
      provider.withdraw(chunk * chunkLength + offset);
    return count;
  }

  const wiring = () => ({ ...world.wiring({ around }), inflater: inflatePako });

  async function healAll(): Promise<void> {
    const { left } = await heal(wiring(), { adopt: false });
    const refused = left.filter(({ detail }) => isRefused(detail));
    for (const key of refused.flatMap(({ chunk }) => keysOf(chunk ?? assert.fail()))) {
      await removeObject(world.store, key);
      watch.seeInjury(key);
    }
    await heal(wiring(), { adopt: true });
  }

  async function assertHealed(): Promise<void> {
    const { differences } = await examine(wiring(), {}, neverAborted);
    assert.deepEqual(differences.filter(isFault), []);
    assert.deepEqual([...watch.injured], [], "all that was injured is whole");
  }

  return {
    turmoil,
    turmoilTurns: 800,
    injure,
    healAll,
    assertHealed,
  };
}
