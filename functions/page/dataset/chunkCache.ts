/** What is kept of one chunk; its size counts. */
export interface Sized {
  readonly byteLength: number;
}

export interface ChunkCache<Chunk extends Sized> {
  /**
   * The chunk by its key, loaded if it is not there. It is loaded once, however many ask for it meanwhile, and the load is
   * aborted when the last of them no longer wants it. Rejects with the reason of `signal` when that aborts, and with what
   * `load` throws.
   */
  get(key: string, load: (signal: AbortSignal) => Promise<Chunk>, signal?: AbortSignal): Promise<Chunk>;
}

interface Loading<Chunk> {
  readonly promise: Promise<Chunk>;
  readonly controller: AbortController;
  wanted: number;
}

/** Keeps decoded chunks, those used last, up to `bytesMax` bytes, and one in any case. */
export function createChunkCache<Chunk extends Sized>(bytesMax: number): ChunkCache<Chunk> {
  const kept = new Map<string, Chunk>();
  const loading = new Map<string, Loading<Chunk>>();

  function keep(key: string, chunk: Chunk): void {
    kept.delete(key);
    kept.set(key, chunk);
    let bytes = 0;
    for (const { byteLength } of kept.values()) bytes += byteLength;
    for (const [oldest, { byteLength }] of kept) {
      if (bytes <= bytesMax || kept.size === 1) return;
      kept.delete(oldest);
      bytes -= byteLength;
    }
  }

  function start(key: string, load: (signal: AbortSignal) => Promise<Chunk>): Loading<Chunk> {
    const controller = new AbortController();
    const promise = load(controller.signal);
    const started = { promise, controller, wanted: 0 };
    const end = () => {
      if (loading.get(key) === started) loading.delete(key);
    };
    promise.then((chunk) => keep(key, chunk)).then(end, end);
    loading.set(key, started);
    return started;
  }

  /** Not at once: who turns from one timestep of a chunk to the next lets go of it and wants it again. */
  function letGo(key: string, left: Loading<Chunk>): void {
    left.wanted--;
    queueMicrotask(() => {
      if (left.wanted > 0 || loading.get(key) !== left) return;
      loading.delete(key);
      left.controller.abort();
    });
  }

  return {
    async get(key, load, signal) {
      signal?.throwIfAborted();
      const chunk = kept.get(key);
      if (chunk) {
        keep(key, chunk);
        return chunk;
      }
      const wanted = loading.get(key) ?? start(key, load);
      wanted.wanted++;
      const aborted = Promise.withResolvers<never>();
      const abort = () => aborted.reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        return await Promise.race([wanted.promise, aborted.promise]);
      } finally {
        signal?.removeEventListener("abort", abort);
        letGo(key, wanted);
      }
    },
  };
}
