import {
  ABSENT,
  assertKey,
  assertPrefix,
  type DeleteResult,
  type ObjectHeaders,
  type PutResult,
  type Store,
  type StoredObject,
} from "./store.ts";

const pieceBytes = 64 * 1024;

/** A store that lives as long as its process. For tests and simulations. */
export function createMemoryStore(): Store & { headersOf(key: string): ObjectHeaders | undefined } {
  const objects = new Map<string, StoredObject & { headers: ObjectHeaders }>();
  let generations = 0;
  return {
    async read(key, signal) {
      signal.throwIfAborted();
      assertKey("read", key);
      const found = objects.get(key);
      return found && { bytes: new Uint8Array(found.bytes), generation: found.generation };
    },
    async open(key, signal) {
      signal.throwIfAborted();
      assertKey("open", key);
      const found = objects.get(key);
      if (!found) return undefined;
      const { bytes, generation } = found;
      return {
        generation,
        sizeBytes: bytes.length,
        async *read(first, end) {
          for (let at = first; at < end; at += pieceBytes) {
            signal.throwIfAborted();
            yield bytes.slice(at, Math.min(end, at + pieceBytes));
          }
        },
        async close() {},
      };
    },
    async put(key, bytes, ifGenerationMatch, headers, signal): Promise<PutResult> {
      signal.throwIfAborted();
      assertKey("put", key);
      if ((objects.get(key)?.generation ?? ABSENT) !== ifGenerationMatch)
        return { outcome: "preconditionFailed" };
      const generation = String(++generations);
      objects.set(key, { bytes: new Uint8Array(bytes), generation, headers });
      return { outcome: "written", generation };
    },
    async delete(key, ifGenerationMatch, signal): Promise<DeleteResult> {
      signal.throwIfAborted();
      assertKey("delete", key);
      if (objects.get(key)?.generation !== ifGenerationMatch) return { outcome: "preconditionFailed" };
      objects.delete(key);
      return { outcome: "deleted" };
    },
    async list(prefix, signal) {
      signal.throwIfAborted();
      assertPrefix("list", prefix);
      return [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    headersOf: (key) => objects.get(key)?.headers,
  };
}
