import { anyDataHost, hasStrayQuery } from "../baseUrl.ts";
import { dateRange } from "../dateRange.ts";
import type { DatasetSpec } from "../descriptor.ts";
import { pathFaults, patternInUrl } from "../granulePath.ts";
import { formatInstant, parseDuration, parseInstant } from "../timeAxis.ts";
import { isCount, periodFaults } from "./plainFaults.ts";
import { sharedPath } from "./sharedPath.ts";

/** What carries messages and records takes no longer ones. */
const pathCharactersMax = 1000;

/** Where the granules are. */
export function sourceFaults({ source }: DatasetSpec): string[] {
  const faults = urlFaults(source.url);
  if (!isCount(source.connectionsMax)) faults.push("source.connectionsMax is not a positive whole number");
  if (!isCount(source.stepsPerGranule ?? 1))
    faults.push("source.stepsPerGranule is not a positive whole number");
  if (source.candidates.length === 0) faults.push("source.candidates is empty");
  source.candidates.forEach(({ path, from, until }, i) => {
    faults.push(...periodFaults(`source.candidates[${i}]`, { from, until }));
    faults.push(...pathFaults(path).map((fault) => `source.candidates[${i}].path "${path}" ${fault}`));
    if (path.length > pathCharactersMax)
      faults.push(`source.candidates[${i}].path is longer than ${pathCharactersMax} characters`);
  });
  return faults;
}

function urlFaults(text: string): string[] {
  if (!URL.canParse(text)) return ["source.url is not a URL"];
  const { protocol, username, password } = new URL(text);
  const faults: string[] = [];
  if (!/^ftps?:$/.test(protocol)) faults.push("source.url does not begin with ftp:// or ftps://");
  if (username !== "" || password !== "")
    faults.push("source.url has a user: that goes into ACCRETE_SOURCE or --source, not into a descriptor");
  const pattern = patternInUrl(text);
  if (pattern !== undefined)
    faults.push(
      `source.url has ${pattern}, which is no pattern there: parts of the date belong into source.candidates, and a name that has such signs is written percent-encoded`,
    );
  if (hasStrayQuery(text))
    faults.push(
      `source.url has ? or #: write them as %3F and %23 (all that may follow a ? is ${anyDataHost})`,
    );
  return faults;
}

/** Two granules of one path: one of them would stand for the other. What is no series or no path has its own fault. */
export function sharedPathFaults({ time, source }: DatasetSpec): string[] {
  const { stepsPerGranule = 1, candidates } = source;
  const [start, stepMs] = [parseInstant(time.start), parseDuration(time.step)];
  const end = time.end === undefined ? undefined : parseInstant(time.end);
  const texts = [time.end, ...candidates.flatMap(({ from, until }) => [from, until])];
  const isRead = texts.every((text) => text === undefined || parseInstant(text) !== undefined);
  if (start === undefined || !stepMs || !isCount(stepsPerGranule) || !isRead) return [];
  if (candidates.some(({ path }) => pathFaults(path).length > 0)) return [];
  const found = sharedPath(
    { start, stepMs, stepsPerGranule, ...(end === undefined ? {} : { end }) },
    candidates.map(({ path, ...range }) => ({ path, ...dateRange(range) })),
  );
  if (!found) return [];
  const [one, other] = found.uses.map(
    ({ t, candidate }) => `source.candidates[${candidate}] for ${formatInstant(t)}`,
  );
  return [
    `the path "${found.path}" is that of ${one} and of ${other}: it needs finer parts of the date, or source.stepsPerGranule says how many timesteps share a granule`,
  ];
}
