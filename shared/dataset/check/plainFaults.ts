import { formatDuration, parseDuration, parseInstant } from "../timeAxis.ts";
import { integerRange } from "../values.ts";

const dayMs = 86_400_000;
const durationMsMax = 36_600 * dayMs;

/** Texts that should be instants. */
export function instantFaults(at: string, instants: Record<string, string | undefined>): string[] {
  return Object.entries(instants).flatMap(([name, text]) =>
    text === undefined || parseInstant(text) !== undefined
      ? []
      : [`${at}.${name} "${text}" is not ISO 8601 UTC`],
  );
}

/** A period that holds no instant would be passed over in silence. */
export function periodFaults(
  at: string,
  period: { from: string | undefined; until: string | undefined },
): string[] {
  const faults = instantFaults(at, period);
  const [from, until] = [period.from, period.until].map((text) => text && parseInstant(text));
  const isEmpty = typeof from === "number" && typeof until === "number" && from >= until;
  return isEmpty ? [`${at}.until ${period.until} is not after its from, ${period.from}`] : faults;
}

/** Texts that should be durations over 0. */
export function durationFaults(
  at: string,
  durations: Readonly<Record<string, string>>,
  msMax = durationMsMax,
): string[] {
  return Object.entries(durations).flatMap(([name, text]) => {
    const ms = parseDuration(text);
    if (!ms) return [`${at}.${name} "${text}" is not an ISO 8601 duration over 0, as in PT3H`];
    return ms > msMax ? [`${at}.${name} "${text}" is longer than ${formatDuration(msMax)}`] : [];
  });
}

/** Names that are one name, here or where files are told apart without regard to case. */
export function sameNameFaults(names: readonly string[]): string[] {
  return [...new Set(names)].flatMap((name, i, all) => {
    const twin = all.slice(i + 1).find((other) => other.toLowerCase() === name.toLowerCase());
    return [
      ...(names.indexOf(name) !== names.lastIndexOf(name) ? [`the name "${name}" is used twice`] : []),
      ...(twin === undefined ? [] : [`the names "${name}" and "${twin}" differ only in case`]),
    ];
  });
}

/** Whether it is a positive whole number. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** Whether a data type can hold the value. */
export function fits(type: string, value: number): boolean {
  const range = integerRange[type];
  return range
    ? Number.isInteger(value) && value >= range[0] && value <= range[1]
    : typeof value === "number";
}
