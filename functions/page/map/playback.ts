/** Whether the map plays: not, from the shown timestep to the latest, or the last 24 hours in a loop. */
export type Playing = "no" | "on" | "day";

/** How long a timestep is shown, and the last one of a loop. */
const [frameMs, lastFrameMs] = [330, 1100];
const dayMs = 86_400_000;

/** The first timestep of the last 24 visible hours; 0 if there are fewer. */
export function firstOfDay(length: number, stepMs: number): number {
  return Math.max(0, length - Math.max(1, Math.round(dayMs / stepMs)));
}

/** Whether the last 24 hours are more than one timestep, so that a loop shows something. */
export function hasLoop(length: number, stepMs: number): boolean {
  return length - firstOfDay(length, stepMs) > 1;
}

/** Where playing begins: at the shown timestep, or a chunk before it if that is the latest. */
export function playFrom(index: number, length: number, chunkLength: number): number {
  return index < length - 1 ? index : Math.max(0, length - 1 - chunkLength);
}

export interface Frame {
  readonly index: number;
  /** How long the timestep before it is shown. */
  readonly afterMs: number;
}

/** What is shown after timestep `index`; `undefined` where playing ends. */
export function nextFrame(
  playing: Playing,
  index: number,
  { length, stepMs }: { readonly length: number; readonly stepMs: number },
): Frame | undefined {
  if (playing === "no") return undefined;
  if (index < length - 1) {
    const from = playing === "day" ? firstOfDay(length, stepMs) : 0;
    return { index: Math.max(from, index + 1), afterMs: frameMs };
  }
  return playing === "day" ? { index: firstOfDay(length, stepMs), afterMs: lastFrameMs } : undefined;
}
