import { reasonOf } from "../../../shared/errors.ts";
import { poll, type Visibility } from "../server/polling.ts";

interface Options<Opened> {
  open(signal: AbortSignal): Promise<Opened>;
  /** Called whenever an attempt ends: with what was opened, or why it could not be, in a sentence. */
  onResult(result: { readonly opened?: Opened; readonly fault: string | undefined }): void;
  /** After how many milliseconds a failed attempt is repeated. */
  readonly everyMs: number;
  readonly visibility: Visibility;
}

export interface Loader {
  /** Opens that version, unless it is the one that was opened last. */
  load(version: string): void;
  /** Aborts the attempt that is under way, and reports nothing more. */
  stop(): void;
}

/**
 * Opens the latest requested version, one attempt at a time, and retries while that fails and people see the page. A newer
 * version does not abort an attempt that is under way: where versions follow each other quickly, none would ever be opened.
 */
export function createLoader<Opened>({ open, onResult, everyMs, visibility }: Options<Opened>): Loader {
  let requested: string | undefined;
  let loaded: string | undefined;
  let [isLoading, isStopped] = [false, false];
  let stopPolling = () => {};

  async function attempt(signal: AbortSignal): Promise<void> {
    isLoading = true;
    try {
      while (requested !== loaded) await openOnce(requested, signal);
    } catch (error) {
      signal.throwIfAborted();
      onResult({ fault: reasonOf(error) });
    } finally {
      isLoading = false;
    }
  }

  async function openOnce(version: string | undefined, signal: AbortSignal): Promise<void> {
    const opened = await open(signal);
    signal.throwIfAborted();
    loaded = version;
    onResult({ opened, fault: undefined });
  }

  return {
    load(version) {
      if (isStopped || version === requested) return;
      requested = version;
      if (isLoading) return;
      stopPolling();
      stopPolling = poll(attempt, () => everyMs, visibility);
    },
    stop() {
      isStopped = true;
      stopPolling();
    },
  };
}
