import { useEffect } from "preact/hooks";
import { nextFrame, type Playing } from "./play.ts";

interface Film {
  readonly index: number;
  readonly length: number;
  readonly stepMs: number;
  /** Whether timestep `index` is what is seen: the next waits for it. */
  readonly isShown: boolean;
  /** Whether it cannot be had. */
  readonly isFailed: boolean;
  onIndex(index: number): void;
  onEnd(): void;
}

/** Goes from one timestep to the next while it plays. It begins when it is told to, and never of itself. */
export function usePlaying(playing: Playing, film: Film): void {
  const { index, length, stepMs, isShown, isFailed } = film;
  useEffect(() => {
    if (playing === "no" || !(isShown || isFailed)) return;
    const next = isFailed ? undefined : nextFrame(playing, index, { length, stepMs });
    const timer = next ? setTimeout(() => film.onIndex(next.index), next.afterMs) : undefined;
    if (!next) film.onEnd();
    return () => clearTimeout(timer);
  }, [playing, index, length, stepMs, isShown, isFailed]);
}
