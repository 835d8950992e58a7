import { ABSENT, type Store } from "../../shared/store/store.ts";
import { numberedObject, numberIn } from "./numberedObject.ts";

const headers = { contentType: "application/octet-stream", cacheControl: "no-cache" };
const never = new AbortController().signal;

/** Replaces the numbered object at `key` by the next one, as often as it takes. The first is number 1. */
export async function countUp(store: Store, key: string): Promise<void> {
  for (;;) {
    const found = await store.read(key, never);
    const next = numberedObject(found ? numberIn(found.bytes) + 1 : 1);
    const { outcome } = await store.put(key, next, found?.generation ?? ABSENT, headers, never);
    if (outcome === "written") return;
  }
}
