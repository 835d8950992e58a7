/** Datasets to look at, each in a directory of its own, with its provider and its page on loopback. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { hour, openStage, publishedAt, type Stage, stepAt } from "../demo/stage.ts";
import type { GranuleOptions } from "../support/granules.ts";
import type { Damage } from "../support/trmmProvider.ts";

export const signal = new AbortController().signal;
export const minute = 60_000;
/** When a timestep's granule is expected at the latest. */
export const dueAt = (index: number) => stepAt(index) + 9 * hour;

export const cutOff: Damage = (gz) => gz.subarray(0, gz.length / 2);

export interface StageWorld extends Stage {
  publish(index: number, options?: Partial<GranuleOptions> & { damage?: Damage; modifiedAt?: number }): void;
  extendAt(instant: number): Promise<void>;
}

/** A directory that is gone after `work` has been closed. */
export async function temporary(): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "accrete-page-"));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** The demo's stage, on which nothing is published yet. */
export async function emptyStage(): Promise<StageWorld> {
  const { directory, remove } = await temporary();
  const stage = await openStage(join(directory, "data"), 0, () => undefined);
  return {
    ...stage,
    publish: (index, options = {}) =>
      void stage.provider.publish(stepAt(index), { modifiedAt: publishedAt(index), ...options }),
    async extendAt(instant) {
      stage.setClock(instant);
      await stage.extend(signal);
    },
    async close() {
      await stage.close();
      await remove();
    },
  };
}

/** The same with the first timesteps ingested, as soon as the last of them was due. */
export async function shortStage(count: number): Promise<StageWorld> {
  const stage = await emptyStage();
  for (let index = 0; index < count; index++) stage.publish(index);
  await stage.extendAt(dueAt(count - 1) + minute);
  return stage;
}

/** What is wrong with the timesteps of `grownStage`. */
export const grown = {
  /** Expected by now. */
  count: 35,
  /** Readers see so many. */
  length: 32,
  revised: 3,
  corrupt: 5,
  missing: 9,
  /** Expected, and not there. */
  awaited: 32,
  /** There, and cut off. */
  failing: 33,
  firstExtendAt: dueAt(29) + 10 * minute,
  secondExtendAt: dueAt(34) + 10 * minute,
} as const;

/** One of everything: present, revised, missing, corrupt and pending timesteps, and granules that fail. */
export async function grownStage(): Promise<StageWorld> {
  const stage = await emptyStage();
  for (let index = 0; index < 30; index++) {
    if (index !== grown.missing) stage.publish(index, index === grown.corrupt ? { damage: cutOff } : {});
  }
  await stage.extendAt(grown.firstExtendAt);
  stage.publish(grown.revised, { seed: 2, modifiedAt: grown.firstExtendAt + hour });
  for (const index of [30, 31, 34]) stage.publish(index);
  stage.publish(grown.failing, { damage: cutOff });
  await stage.extendAt(grown.secondExtendAt);
  return stage;
}

/** Lets the page look again, now, as if its time had come. */
export async function refresh(page: Page): Promise<void> {
  await page.clock.fastForward(5000);
}
