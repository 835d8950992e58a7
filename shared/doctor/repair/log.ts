import type { RepairKind } from "../evidence/differences.ts";

/** One thing that was done, or was not and why. */
export interface RepairStep {
  readonly mending: RepairKind;
  readonly place: string;
  readonly chunk?: number;
  readonly detail: string;
}

export interface RepairLog {
  readonly done: readonly RepairStep[];
  /** What could not be repaired now, each once. */
  readonly left: readonly RepairStep[];
  did(mending: RepairKind, place: string, detail: string, chunk?: number): void;
  leave(mending: RepairKind, place: string, detail: string, chunk?: number): void;
}

export function createRepairLog(): RepairLog {
  const done: RepairStep[] = [];
  const left: RepairStep[] = [];
  const step = (mending: RepairKind, place: string, detail: string, chunk?: number): RepairStep => ({
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
