import type { Store } from "../../shared/store/store.ts";

/** Removes an object, whatever generation stands there. */
export async function removeObject(store: Store, key: string): Promise<void> {
  const { signal } = new AbortController();
  const standing = await store.read(key, signal);
  if (standing) await store.delete(key, standing.generation, signal);
}
