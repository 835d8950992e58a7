import { formatInstant } from "../dataset/timeAxis.ts";
import type { PlanMessage } from "./queue.ts";

/** What a plan is asked for, of one dataset. Instants are milliseconds since 1970 UTC. */
export interface PlannedRange {
  readonly from?: number;
  readonly to?: number;
  readonly force: boolean;
  readonly turn?: string;
}

/** The message that asks for a plan of that range, instants in milliseconds since 1970 UTC. */
export function planMessage(dataset: string, { from, to, force, turn }: PlannedRange): PlanMessage {
  return {
    dataset,
    ...(from === undefined ? {} : { from: formatInstant(from) }),
    ...(to === undefined ? {} : { to: formatInstant(to) }),
    ...(force ? { force } : {}),
    ...(turn === undefined ? {} : { turn }),
  };
}
