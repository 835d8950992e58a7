/** Whether people can see the page. */
export interface Visibility {
  isHidden(): boolean;
  /** Returns what ends listening. */
  onChange(listener: () => void): () => void;
}

/** How often to look, in milliseconds: on this machine each look is free, elsewhere somebody pays for it. */
export function pollMs(hostname: string): number {
  const isLoopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return isLoopback ? 5000 : 30_000;
}

/**
 * Looks at once, and again `everyMs()` after each look; not while the page is hidden, and at once when it is seen again. One look
 * ends before the next begins. Returns what ends it, with the look that is under way.
 */
export function poll(
  look: (signal: AbortSignal) => Promise<void>,
  everyMs: () => number,
  visibility: Visibility,
): () => void {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;

  async function round(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (isLooking || ending.signal.aborted || visibility.isHidden()) return;
    isLooking = true;
    try {
      await look(ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      isLooking = false;
      if (!ending.signal.aborted) timer = setTimeout(() => void round(), everyMs());
    }
  }

  const unlisten = visibility.onChange(() => void round());
  void round();
  return () => {
    ending.abort();
    clearTimeout(timer);
    unlisten();
  };
}

/**
 * Tries at once, and again `everyMs` after each try that failed, until one has succeeded; not while the page is hidden. Returns
 * what ends it, with the try that is under way.
 */
export function persist(
  attempt: (signal: AbortSignal) => Promise<boolean>,
  everyMs: number,
  visibility: Visibility,
): () => void {
  const end = poll(
    async (signal) => {
      if (await attempt(signal)) end();
    },
    () => everyMs,
    visibility,
  );
  return end;
}
