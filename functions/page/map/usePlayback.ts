import { useEffect, useState } from "preact/hooks";
import { firstOfDay, nextFrame, type Playing, playFrom } from "./playback.ts";

interface Options {
  readonly index: number;
  readonly length: number;
  readonly stepMs: number;
  readonly chunkLength: number;
  onIndex(index: number): void;
}

interface Playback {
  readonly playing: Playing;
  play(mode: Playing): void;
}

/** Whether timestep `index` is drawn, for which the next one waits, or cannot be read, which ends playing. */
export interface Drawn {
  readonly isCurrent: boolean;
  readonly fault: string | undefined;
}

/** Goes from one timestep to the next while it plays. It never begins by itself. */
export function usePlayback(
  { index, length, stepMs, chunkLength, onIndex }: Options,
  drawn: Drawn,
): Playback {
  const [playing, setPlaying] = useState<Playing>("no");
  const isFailed = drawn.fault !== undefined;
  useEffect(() => {
    if (playing === "no" || !(drawn.isCurrent || isFailed)) return;
    const next = isFailed ? undefined : nextFrame(playing, index, { length, stepMs });
    if (!next) return setPlaying("no");
    const timer = setTimeout(() => onIndex(next.index), next.afterMs);
    return () => clearTimeout(timer);
  }, [playing, index, length, stepMs, drawn.isCurrent, isFailed]);
  return {
    playing,
    play(mode) {
      if (mode === "on") onIndex(playFrom(index, length, chunkLength));
      if (mode === "day") onIndex(firstOfDay(length, stepMs));
      setPlaying(mode);
    },
  };
}
