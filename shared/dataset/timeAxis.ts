/**
 * The append dimension. An instant is milliseconds since 1970-01-01T00:00Z in the proleptic Gregorian calendar without leap
 * seconds; an index is always computed by the axis, never "the end". The verbs go by the axis that they are called on, also by
 * a copy with another start or end.
 */
export interface TimeAxis extends FixedSteps {
  /** The instant of timestep `index`. */
  at(index: number): number;
  /** The index of instant `t`; `undefined` if no timestep lies there. */
  indexOf(t: number): number | undefined;
  /** The index of the first timestep at or after `t`; it may lie past the end. */
  firstFrom(t: number): number;
  /** The index of the last timestep at or before `t` and the axis's end; -1 if there is none. */
  lastUntil(t: number): number;
  /** Timesteps that there will ever be; infinite while the series goes on. */
  count(): number;
}

/** Instants at a constant step. */
export interface FixedSteps {
  readonly start: number;
  readonly stepMs: number;
  /** The last instant there will ever be, if the series has ended. */
  readonly end?: number;
}

/** The axis of instants at a constant step. */
export function fixedAxis(steps: FixedSteps): TimeAxis {
  return { ...steps, ...fixedSteps };
}

const fixedSteps: Omit<TimeAxis, keyof FixedSteps> & ThisType<FixedSteps> = {
  at(index) {
    return this.start + index * this.stepMs;
  },
  indexOf(t) {
    const index = (t - this.start) / this.stepMs;
    const inside = Number.isInteger(index) && index >= 0 && (this.end === undefined || t <= this.end);
    return inside ? index : undefined;
  },
  firstFrom(t) {
    return Math.max(0, Math.ceil((t - this.start) / this.stepMs));
  },
  lastUntil(t) {
    const until = this.end === undefined ? t : Math.min(t, this.end);
    return Math.max(-1, Math.floor((until - this.start) / this.stepMs));
  },
  count() {
    return this.end === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, Math.floor((this.end - this.start) / this.stepMs) + 1);
  },
};

/** What `parseInstant` reads, but that there must be such a day. */
export const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2}))?)?)?(?:Z|\+00:?00)?$/;

/** Reads ISO 8601 in UTC, from `2014-04-01` to `2014-04-01T21:00:00Z`; `undefined` if it is anything else. */
export function parseInstant(text: string): number | undefined {
  const match = instantPattern.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const t = Date.UTC(year, month - 1, day, hour, minute, second);
  const read = new Date(t);
  const same =
    read.getUTCFullYear() === year &&
    read.getUTCMonth() === month - 1 &&
    read.getUTCDate() === day &&
    read.getUTCHours() === hour &&
    read.getUTCMinutes() === minute &&
    read.getUTCSeconds() === second;
  return same ? t : undefined;
}

/** ISO 8601 in UTC to the second, as in `2014-04-01T21:00:00Z`. */
export function formatInstant(t: number): string {
  return `${new Date(t).toISOString().slice(0, 19)}Z`;
}

/** What `parseDuration` reads. */
export const durationPattern = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Reads an ISO 8601 duration of days, hours, minutes and seconds, as in `P1DT12H`, into milliseconds. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (!match || match.slice(1).every((part) => part === undefined)) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** The shortest such ISO 8601 duration, as in `PT3H`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const part = (count: number, letter: string) => (count ? `${count}${letter}` : "");
  const clock =
    part(Math.floor(seconds / 3600) % 24, "H") +
    part(Math.floor(seconds / 60) % 60, "M") +
    part(seconds % 60, "S");
  const text = part(Math.floor(seconds / 86400), "D") + (clock && `T${clock}`);
  return text ? `P${text}` : "PT0S";
}
