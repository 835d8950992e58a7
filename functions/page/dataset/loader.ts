import { reasonOf } from "../../../shared/errors.ts";
import { poll, type Visibility } from "../server/polling.ts";

interface Options<Opened> {
  open(signal: AbortSignal): Promise<Opened>;
  /** Hears of every opening that ends: what was opened, or why it could not be, in a sentence. */
  tell(outcome: { readonly opened?: Opened; readonly fault: string | undefined }): void;
  /** After how many milliseconds what has failed is tried again. */
  readonly everyMs: number;
  readonly visibility: Visibility;
}

export interface Opening {
  /** Opens that version, unless it is what was opened last. */
  want(version: string): void;
  /** Ends the opening that is under way; nothing is told any more. */
  end(): void;
}

/**
 * Opens the version that was wanted last, one opening at a time, and again while that fails and people see the page. An
 * opening that is under way is not ended by a newer version, or none would ever be done where they come quickly.
 */
export function createOpening<Opened>({ open, tell, everyMs, visibility }: Options<Opened>): Opening {
  let wanted: string | undefined;
  let had: string | undefined;
  let [isOpening, isEnded] = [false, false];
  let end = () => {};

  async function look(signal: AbortSignal): Promise<void> {
    isOpening = true;
    try {
      while (wanted !== had) await openOnce(wanted, signal);
    } catch (error) {
      signal.throwIfAborted();
      tell({ fault: reasonOf(error) });
    } finally {
      isOpening = false;
    }
  }

  async function openOnce(version: string | undefined, signal: AbortSignal): Promise<void> {
    const opened = await open(signal);
    signal.throwIfAborted();
    had = version;
    tell({ opened, fault: undefined });
  }

  return {
    want(version) {
      if (isEnded || version === wanted) return;
      wanted = version;
      if (isOpening) return;
      end();
      end = poll(look, () => everyMs, visibility);
    },
    end() {
      isEnded = true;
      end();
    },
  };
}
