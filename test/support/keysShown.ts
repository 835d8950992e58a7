/** What readers of the tiny dataset may ask the store for, by its consolidated metadata alone. */
import assert from "node:assert/strict";
import type { Around } from "./memoryWiring.ts";
import { neverAborted, type TinyWorld } from "./tinyWorld.ts";

interface ArrayDocument {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
}

/** The keys of all objects that the consolidated metadata let a reader ask for. */
export async function keysShown(world: TinyWorld): Promise<string[]> {
  const found = await world.store.read("tiny.zarr/.zmetadata", neverAborted);
  if (!found) return [];
  const { metadata } = JSON.parse(new TextDecoder().decode(found.bytes)) as {
    metadata: Record<string, ArrayDocument>;
  };
  return Object.entries(metadata).flatMap(([key, { shape, chunks }]) => {
    if (!key.endsWith("/.zarray")) return [];
    const counts = shape.map((length, i) => Math.ceil(length / (chunks[i] as number)));
    const places = counts.reduce<string[]>(
      (before, count) =>
        before.flatMap((place) => Array.from({ length: count }, (_, i) => `${place}${place && "."}${i}`)),
      [""],
    );
    return places.map((place) => `tiny.zarr/${key.replace(".zarray", place)}`);
  });
}

/** A process after each of whose writes to the store it is asked for everything that readers may ask for. */
export function readsWatched(world: TinyWorld, before: Around = (_, perform) => perform()) {
  const seen = { looks: 0, keys: 0 };
  const wiring = world.wiring({
    around: async (call, perform) => {
      const result = await before(call, perform);
      if (call.operation !== "put" && call.operation !== "delete") return result;
      const existing = new Set(await world.store.list("", neverAborted));
      const keys = await keysShown(world);
      const absent = keys.filter((key) => !existing.has(key));
      assert.deepEqual(absent, [], `after a ${call.operation} of ${call.key}`);
      seen.looks++;
      seen.keys = Math.max(seen.keys, keys.length);
      return result;
    },
  });
  return { wiring, seen };
}
