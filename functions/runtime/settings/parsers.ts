import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import { UsageError } from "../../../shared/errors.ts";
import { checkSourceUrl } from "../../../shared/source/open.ts";
import { redactUrl } from "../../../shared/source/secrets/redactUrl.ts";

/**
 * Reads what was given by that name. Throws a `UsageError` with every fault, each of which names it and shows no password.
 */
export type Parser<Value> = (name: string, text: string) => Value;

/** What is not of the form: each fault says which that is. */
function refused(name: string, text: string, form: string): UsageError {
  return new UsageError([`${name} "${redactUrl(text)}" is not ${form}`]);
}

/** Milliseconds since 1970. */
export const readInstant: Parser<number> = (name, text) => {
  const instant = parseInstant(text);
  if (instant === undefined) throw refused(name, text, "a time in UTC: write it as 2014-04-01T21:00:00Z");
  return instant;
};

export const readFlag: Parser<boolean> = (_, text) => text === "true";

/** A URL of a provider. A fault of an option says itself what it is of. */
export const readSource: Parser<string> = (name, text) => {
  try {
    checkSourceUrl(text);
    return text;
  } catch (error) {
    if (name === "--source" || !(error instanceof UsageError)) throw error;
    throw new UsageError(error.faults.map((fault) => `${name}: ${fault}`));
  }
};

/** As browsers name them, scheme, host, and port where it is not the scheme's, with commas between them; `*` for all. */
export const readOrigins: Parser<readonly string[]> = (name, text) => {
  const origins = text.split(",").flatMap((origin) => origin.trim() || []);
  const faults = origins
    .filter((origin) => origin !== "*" && !isOrigin(origin))
    .flatMap((origin) => refused(name, origin, "an origin: write https://example.org, or * for all").faults);
  if (faults.length > 0) throw new UsageError(faults);
  return origins;
};

function isOrigin(text: string): boolean {
  const isPlain = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?$/.test(text);
  return isPlain && URL.canParse(text) && new URL(text).origin === text;
}

export const readEndpoint: Parser<string> = (name, text) => {
  if (/^https?:\/\/[^/]+\/?$/.test(text)) return text;
  throw refused(name, text, "http://host:port");
};

/** What Google's own clients read by the same name: they say what is wrong with it. */
export const readHost: Parser<string> = (_, text) => text;

/** A whole number from 1. */
export function countTo(most: number): Parser<number> {
  return (name, text) => {
    if (/^[1-9]\d*$/.test(text) && Number(text) <= most) return Number(text);
    throw refused(name, text, `a whole number from 1 to ${most}`);
  };
}

/** In milliseconds. */
export function secondsTo(most: number): Parser<number> {
  return (name, text) => {
    const seconds = Number(text);
    if (Number.isFinite(seconds) && seconds >= 1 && seconds <= most) return seconds * 1000;
    throw refused(name, text, `a number of seconds from 1 to ${most}`);
  };
}
