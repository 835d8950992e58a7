import { queryFaults } from "../../dataset/baseUrl.ts";
import { parseDuration } from "../../dataset/timeAxis.ts";
import { UsageError } from "../../errors.ts";
import { segmentsOf } from "../paths.ts";
import { redactUrl } from "../secrets/redactUrl.ts";

/** Where a directory is, and how old its files must be. */
export interface DirectoryAddress {
  /** Absolute, decoded, without a slash at the end unless it is the root. */
  readonly root: string;
  /** A file that was changed less than that ago may still be written, and is left alone. */
  readonly minAgeMs: number;
}

const minAgeDefaultMs = 60_000;

/**
 * Reads `file:///dir?min-age=PT30S`; the age is a minute if it is absent. The path is percent-decoded. Throws a `UsageError` with every
 * fault.
 */
export function parseDirectoryUrl(url: string): DirectoryAddress {
  const faults: string[] = [];
  const fault = (what: string) => faults.push(`source "${redactUrl(url)}": ${what}`);
  const [, authority, written = ""] = /^file:\/\/([^/?#]*)([^?#]*)/is.exec(url) ?? [];
  if (authority === undefined || !URL.canParse(url)) {
    fault("must begin with file:///");
    throw new UsageError(faults);
  }
  if (authority !== "") fault("names a host: a directory of this machine is written file:///DIRECTORY");
  else if (written === "") fault("names no directory");
  const segments = segmentsOf(decoded(written, fault));
  if (segments.includes(".") || segments.includes("..")) fault("has a '.' or '..' segment in its path");
  for (const one of queryFaults("file", url)) fault(one);
  const ages = new URL(url).searchParams.getAll("min-age");
  if (ages.length > 1) fault('has "min-age" twice behind the ?');
  const minAgeMs = ages[0] === undefined ? minAgeDefaultMs : parseDuration(ages[0]);
  if (minAgeMs === undefined) fault("has a min-age that is no ISO 8601 duration, as PT30S is");
  if (faults.length > 0 || minAgeMs === undefined) throw new UsageError(faults);
  return { root: `/${segments.join("/")}`, minAgeMs };
}

function decoded(path: string, fault: (what: string) => void): string {
  try {
    const plain = decodeURIComponent(path);
    if (/\p{Cc}/u.test(plain)) fault("the path has a control character");
    return plain;
  } catch {
    fault("the path has a % that encodes nothing: write it as %25");
    return "";
  }
}
