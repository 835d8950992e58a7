/**
 * Runs `task` at every tick until it is stopped, but for ticks at which the last run is still under way. What a run throws is
 * for the next one to make up for.
 */
export type Repeat = (everyMs: number, task: (signal: AbortSignal) => unknown) => Stop;

/**
 * Begins nothing more, aborts the signal of the run that is under way, and resolves once that has ended. It may be called
 * twice. A task that awaited its own stop would wait for ever.
 */
export type Stop = () => Promise<void>;

/** Repeats by ticks of any kind: `startTicks` calls `tick` every `everyMs`, and returns what ends that. */
export function createRepeat(startTicks: (everyMs: number, tick: () => void) => () => void): Repeat {
  return (everyMs, task) => {
    const ending = new AbortController();
    let [isRunning, running] = [false, Promise.resolve()];
    const run = async () => {
      isRunning = true;
      try {
        await task(ending.signal);
      } catch {
        // The next run makes up for it.
      } finally {
        isRunning = false;
      }
    };
    const endTicks = startTicks(everyMs, () => {
      if (!isRunning && !ending.signal.aborted) running = run();
    });
    return async () => {
      endTicks();
      ending.abort();
      await running;
    };
  };
}

/** By this machine's clock. It holds up the end of no process. */
export const repeat: Repeat = createRepeat((everyMs, tick) => {
  const timer = setInterval(tick, everyMs).unref();
  return () => clearInterval(timer);
});
