import { counted, megabytes, paceText, span } from "../../runtime/log/humanText.ts";
import type { TransferPace } from "./pace.ts";

/** What the moving line tells. */
export interface ProgressShown {
  readonly done: number;
  /** 0 where nobody has said. */
  readonly planned: number;
  readonly bytes: number;
  readonly pace: TransferPace | undefined;
  /** What is being waited for; empty where granules come. */
  readonly doing: string;
  /** Counts up while the process lives. */
  readonly beat: number;
}

const beats = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const bar = { shortest: 6, longest: 24 };
const gap = "  ";
const columnsUsual = 80;
const columnsFree = 3;

/**
 * One line, shorter than the terminal by a column, where it would be broken, and two for the `^C` of whoever ends it. What
 * matters most is given room first, then all is put in order. Its characters are one column wide.
 */
export function progressLine(shown: ProgressShown, columns = columnsUsual): string {
  const { done, planned, bytes, pace, doing, beat } = shown;
  const beating = beats[beat % beats.length] ?? "";
  const room = Math.max(1, (columns || columnsUsual) - columnsFree);
  const left = pace && done < planned ? ((planned - done) / pace.granulesPerSecond) * 1000 : undefined;
  const count = planned > 0 ? `${done} of ${planned} granules` : done > 0 ? counted(done, "granule") : "";
  const size = count && megabytes(bytes);
  const speed = pace ? paceText(pace) : "";
  const remaining = left === undefined ? "" : `${span(left)} left`;

  let used = beating.length;
  const fits = (text: string) => {
    const width = text.length + gap.length;
    if (text === "" || used + width > room) return false;
    used += width;
    return true;
  };
  const kept = new Set([count, doing, remaining, speed, size].filter(fits));
  const told = [count, size, speed, remaining, doing].filter((text) => kept.has(text));
  const blocks = planned > 0 ? barOf(done / planned, room - used - gap.length) : "";
  return [beating, ...(blocks ? [blocks] : []), ...told].join(gap).slice(0, room);
}

function barOf(share: number, room: number): string {
  if (room < bar.shortest) return "";
  const length = Math.min(bar.longest, room);
  const full = Math.min(length, Math.floor(length * share));
  return "█".repeat(full) + "░".repeat(length - full);
}
