/** Whether people can see the page. */
export interface Visibility {
  isHidden(): boolean;
  /** Returns what ends listening. */
  onChange(listener: () => void): () => void;
}

/** How often to poll, in milliseconds: on this machine a request is free, elsewhere somebody pays for it. */
export function pollMs(hostname: string): number {
  const isLoopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return isLoopback ? 5000 : 30_000;
}

/**
 * Runs `request` at once, and again `intervalMs()` after each run has ended; not while the page is hidden, and at once when it is
 * visible again. Runs never overlap. Returns what stops it and aborts the run that is under way.
 */
export function poll(
  request: (signal: AbortSignal) => Promise<void>,
  intervalMs: () => number,
  visibility: Visibility,
): () => void {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;

  async function run(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (isRunning || ending.signal.aborted || visibility.isHidden()) return;
    isRunning = true;
    try {
      await request(ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      isRunning = false;
      if (!ending.signal.aborted) timer = setTimeout(() => void run(), intervalMs());
    }
  }

  const unlisten = visibility.onChange(() => void run());
  void run();
  return () => {
    ending.abort();
    clearTimeout(timer);
    unlisten();
  };
}

/**
 * Runs `attempt` at once, and again `everyMs` after each run that failed, until one resolves to true; not while the page is
 * hidden. Returns what stops it and aborts the attempt that is under way.
 */
export function retry(
  attempt: (signal: AbortSignal) => Promise<boolean>,
  everyMs: number,
  visibility: Visibility,
): () => void {
  const stop = poll(
    async (signal) => {
      if (await attempt(signal)) stop();
    },
    () => everyMs,
    visibility,
  );
  return stop;
}
