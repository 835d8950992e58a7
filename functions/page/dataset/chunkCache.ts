/** What is cached of one chunk; its size counts. */
export interface Sized {
  readonly byteLength: number;
}

export interface ChunkCache<Chunk extends Sized> {
  /**
   * The chunk by its key, loaded if it is not cached. It is loaded once, however many callers wait for it, and the load is
   * aborted when the last of them has aborted. Rejects with the reason of `signal` when that aborts, and with what `load`
   * throws.
   */
  get(key: string, load: (signal: AbortSignal) => Promise<Chunk>, signal?: AbortSignal): Promise<Chunk>;
}

interface Load<Chunk> {
  readonly promise: Promise<Chunk>;
  readonly controller: AbortController;
  waiting: number;
}

/** Caches decoded chunks, those used last, up to `bytesMax` bytes, and one in any case. */
export function createChunkCache<Chunk extends Sized>(bytesMax: number): ChunkCache<Chunk> {
  const cached = new Map<string, Chunk>();
  const loads = new Map<string, Load<Chunk>>();

  function keep(key: string, chunk: Chunk): void {
    cached.delete(key);
    cached.set(key, chunk);
    let bytes = 0;
    for (const { byteLength } of cached.values()) bytes += byteLength;
    for (const [oldest, { byteLength }] of cached) {
      if (bytes <= bytesMax || cached.size === 1) return;
      cached.delete(oldest);
      bytes -= byteLength;
    }
  }

  function begin(key: string, load: (signal: AbortSignal) => Promise<Chunk>): Load<Chunk> {
    const controller = new AbortController();
    const promise = load(controller.signal);
    const begun = { promise, controller, waiting: 0 };
    const end = () => {
      if (loads.get(key) === begun) loads.delete(key);
    };
    promise.then((chunk) => keep(key, chunk)).then(end, end);
    loads.set(key, begun);
    return begun;
  }

  /** Aborts not at once: from one timestep of a chunk to the next, a caller releases the chunk and asks for it again. */
  function release(key: string, load: Load<Chunk>): void {
    load.waiting--;
    queueMicrotask(() => {
      if (load.waiting > 0 || loads.get(key) !== load) return;
      loads.delete(key);
      load.controller.abort();
    });
  }

  return {
    async get(key, load, signal) {
      signal?.throwIfAborted();
      const chunk = cached.get(key);
      if (chunk) {
        keep(key, chunk);
        return chunk;
      }
      const current = loads.get(key) ?? begin(key, load);
      current.waiting++;
      const aborted = Promise.withResolvers<never>();
      const abort = () => aborted.reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        return await Promise.race([current.promise, aborted.promise]);
      } finally {
        signal?.removeEventListener("abort", abort);
        release(key, current);
      }
    },
  };
}
