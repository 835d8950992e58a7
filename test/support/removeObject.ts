import type { Store } from "../../shared/store/store.ts";

/** Removes an object, whatever generation stands there. */
export async function removeObject(store: Store, key: string): Promise<void> {
  const { signal } = new AbortController();
  const existing = await store.read(key, signal);
  if (existing) await store.delete(key, existing.generation, signal);
}
