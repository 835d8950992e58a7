import { useEffect, useState } from "preact/hooks";
import { firstOfDay, firstOfPlay, nextFrame, type Playing } from "./playback.ts";

interface Film {
  readonly index: number;
  readonly length: number;
  readonly stepMs: number;
  readonly chunkLength: number;
  onIndex(index: number): void;
}

interface Player {
  readonly playing: Playing;
  play(mode: Playing): void;
}

/** Whether timestep `index` is what is seen, for which the next waits, or cannot be had, which ends it. */
export interface Seen {
  readonly isWanted: boolean;
  readonly fault: string | undefined;
}

/** Goes from one timestep to the next while it plays. It begins when it is told to, and never of itself. */
export function usePlaying({ index, length, stepMs, chunkLength, onIndex }: Film, seen: Seen): Player {
  const [playing, setPlaying] = useState<Playing>("no");
  const isFailed = seen.fault !== undefined;
  useEffect(() => {
    if (playing === "no" || !(seen.isWanted || isFailed)) return;
    const next = isFailed ? undefined : nextFrame(playing, index, { length, stepMs });
    if (!next) return setPlaying("no");
    const timer = setTimeout(() => onIndex(next.index), next.afterMs);
    return () => clearTimeout(timer);
  }, [playing, index, length, stepMs, seen.isWanted, isFailed]);
  return {
    playing,
    play(mode) {
      if (mode === "on") onIndex(firstOfPlay(index, length, chunkLength));
      if (mode === "day") onIndex(firstOfDay(length, stepMs));
      setPlaying(mode);
    },
  };
}
