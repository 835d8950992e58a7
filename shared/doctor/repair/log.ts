import type { Mending } from "../evidence/differences.ts";

/** One thing that was done, or was not and why. */
export interface MendingStep {
  readonly mending: Mending;
  readonly place: string;
  readonly chunk?: number;
  readonly detail: string;
}

export interface MendingLog {
  readonly done: readonly MendingStep[];
  /** What could not be mended now, each once. */
  readonly left: readonly MendingStep[];
  did(mending: Mending, place: string, detail: string, chunk?: number): void;
  leave(mending: Mending, place: string, detail: string, chunk?: number): void;
}

export function createMendingLog(): MendingLog {
  const done: MendingStep[] = [];
  const left: MendingStep[] = [];
  const step = (mending: Mending, place: string, detail: string, chunk?: number): MendingStep => ({
    mending,
    place,
    ...(chunk === undefined ? {} : { chunk }),
    detail,
  });
  return {
    done,
    left,
    did: (...given) => void done.push(step(...given)),
    leave(...given) {
      const one = step(...given);
      if (!left.some((other) => JSON.stringify(other) === JSON.stringify(one))) left.push(one);
    },
  };
}
