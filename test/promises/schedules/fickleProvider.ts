import { hourMs, tinyTime } from "../../support/tinyDataset.ts";
import type { Expected, TinyWorld } from "../../support/tinyWorld.ts";

/** A provider of the tiny dataset that publishes late, broken and again, as chance has it. */
export interface FickleProvider {
  /** Publishes, replaces or breaks one granule. */
  stir(): void;
  /** Publishes again, whole, what is broken or was never there. */
  mend(): void;
  wasPublished(index: number, revision: number): boolean;
  /** What readers must find once all is taken in. */
  expected(): Expected[];
}

export interface FickleOptions {
  readonly steps: number;
  readonly revisionsMax: number;
  /** The timesteps that never come. */
  readonly never: ReadonlySet<number>;
}

/** Bytes that are no granule. */
const broken = new Uint8Array([1, 2, 3]);

export function createFickleProvider(
  world: TinyWorld,
  random: () => number,
  { steps, revisionsMax, never }: FickleOptions,
): FickleProvider {
  const published = Array<number>(steps).fill(-1);
  const isBroken = Array<boolean>(steps).fill(false);
  let minutes = 0;

  function publish(index: number, isWhole: boolean): void {
    const modifiedAt = tinyTime(0) - hourMs + ++minutes * 60_000;
    isBroken[index] = !isWhole;
    if (!isWhole) world.publish(index, { bytes: broken, modifiedAt });
    else {
      published[index] = Math.min(revisionsMax, (published[index] as number) + 1);
      world.publish(index, { revision: published[index] as number, modifiedAt });
    }
  }

  return {
    stir() {
      const index = Math.floor(random() * steps);
      if (!never.has(index)) publish(index, random() < 0.8);
    },
    mend() {
      for (let index = 0; index < steps; index++) {
        if (!never.has(index) && (isBroken[index] || published[index] === -1)) publish(index, true);
      }
    },
    wasPublished: (index, revision) => revision <= (published[index] as number),
    expected() {
      const found = published.map((revision): Expected => (revision === -1 ? "missing" : revision));
      return found.slice(0, found.findLastIndex((step) => step !== "missing") + 1);
    },
  };
}
