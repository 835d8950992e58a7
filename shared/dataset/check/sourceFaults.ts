import { queryFaults, schemeOf, schemes } from "../baseUrl.ts";
import { basesOf, candidatesOf, prefixOf } from "../candidates.ts";
import type { BaseUrlSpec, DatasetSpec, SourceSpec, UpdatesSpec } from "../descriptor.ts";
import { pathFaults, patternInUrl } from "../paths/pathFaults.ts";
import { isPattern } from "../paths/template.ts";
import { formatInstant, parseDuration, parseInstant } from "../timeAxis.ts";
import { authFaults, listingFaults } from "./accessFaults.ts";
import { durationFaults, isCount, periodFaults, sameNameFaults } from "./plainFaults.ts";
import { sharedPath } from "./sharedPath.ts";

/** What carries messages and records takes no longer ones. */
const pathCharactersMax = 1000;
const nameForm = /^[a-z][a-z0-9-]*$/;

/** Where the granules are. */
export function sourceFaults({ source, updates }: DatasetSpec): string[] {
  const faults: string[] = [];
  const { further = [] } = source;
  faults.push(...baseFaults("source", source));
  if (!isCount(source.connectionsMax)) faults.push("source.connectionsMax is not a positive whole number");
  if (!isCount(source.stepsPerGranule ?? 1))
    faults.push("source.stepsPerGranule is not a positive whole number");
  for (const [i, base] of further.entries()) {
    const at = `source.further[${i}]`;
    if (!nameForm.test(base.name))
      faults.push(
        `${at}.name "${base.name}" is not of lower-case letters, digits and hyphens, with a letter first`,
      );
    faults.push(...baseFaults(at, base));
    const looksLike = ({ path }: { readonly path: string }) => path.startsWith(prefixOf(base.name));
    if (source.candidates.some(looksLike))
      faults.push(
        `a path of source.candidates begins with "${prefixOf(base.name)}", as those of ${at} are recorded`,
      );
  }
  faults.push(...sameNameFaults(further.map(({ name }) => name)), ...unseenFaults(source, updates));
  return faults;
}

/** Final files that no preliminary one is ever replaced by: timesteps of that age are not looked at again. */
function unseenFaults(source: SourceSpec, { revisionWindow }: UpdatesSpec): string[] {
  const bases = basesOf(source);
  if (!bases.some(({ candidates }) => candidates.some(({ stage }) => stage === "preliminary"))) return [];
  const windowMs = parseDuration(revisionWindow) ?? Number.POSITIVE_INFINITY;
  return bases.flatMap(({ olderThan = "", candidates }, i) => {
    const isUnseen = (parseDuration(olderThan) ?? 0) >= windowMs;
    if (!isUnseen || candidates.every(({ stage }) => stage === "preliminary")) return [];
    return [
      `${i === 0 ? "source" : `source.further[${i - 1}]`}.olderThan ${olderThan} is not shorter than updates.revisionWindow, ${revisionWindow}: its final files would never replace preliminary ones`,
    ];
  });
}

function baseFaults(at: string, base: BaseUrlSpec): string[] {
  const { url, candidates, from, until, youngerThan, olderThan } = base;
  const ages = {
    ...(youngerThan !== undefined && { youngerThan }),
    ...(olderThan !== undefined && { olderThan }),
  };
  const faults = [
    ...urlFaults(`${at}.url`, url),
    ...listingFaults(at, base),
    ...authFaults(at, base),
    ...periodFaults(at, { from, until }),
    ...durationFaults(at, ages),
  ];
  if ((parseDuration(youngerThan ?? "") ?? Number.POSITIVE_INFINITY) <= (parseDuration(olderThan ?? "") ?? 0))
    faults.push(`${at}.youngerThan ${youngerThan} is not longer than its olderThan, ${olderThan}`);
  if (candidates.length === 0) faults.push(`${at}.candidates is empty`);
  candidates.forEach(({ path, from, until }, i) => {
    const candidate = `${at}.candidates[${i}]`;
    faults.push(...periodFaults(candidate, { from, until }));
    faults.push(...pathFaults(path).map((fault) => `${candidate}.path "${path}" ${fault}`));
    if (base.listing === "none" && isPattern(path))
      faults.push(`${candidate}.path "${path}" is a pattern of names, which listing "none" cannot look for`);
    if (path.length > pathCharactersMax)
      faults.push(`${candidate}.path is longer than ${pathCharactersMax} characters`);
  });
  return faults;
}

function urlFaults(at: string, text: string): string[] {
  if (!URL.canParse(text)) return [`${at} is not a URL`];
  const { username, password } = new URL(text);
  const faults: string[] = [];
  const scheme = schemeOf(text);
  if (!scheme) {
    const known = schemes.map((one) => `${one}://`);
    faults.push(`${at} does not begin with ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`);
  }
  if (username !== "" || password !== "")
    faults.push(`${at} has a user: that goes into ACCRETE_SOURCE or --source, not into a descriptor`);
  const pattern = patternInUrl(text);
  if (pattern !== undefined)
    faults.push(
      `${at} has ${pattern}, which is no pattern there: parts of the date belong into source.candidates, and a name that has such signs is written percent-encoded`,
    );
  if (scheme) faults.push(...queryFaults(scheme, text).map((fault) => `${at} ${fault}`));
  return faults;
}

/** Two granules of one path: one of them would stand for the other. What is no series or no path has its own fault. */
export function sharedPathFaults({ time, source }: DatasetSpec): string[] {
  const { stepsPerGranule = 1 } = source;
  const bases = basesOf(source);
  const [start, stepMs] = [parseInstant(time.start), parseDuration(time.step)];
  const end = time.end === undefined ? undefined : parseInstant(time.end);
  const periods = [...bases, ...bases.flatMap(({ candidates }) => candidates)];
  const texts = [time.end, ...periods.flatMap(({ from, until }) => [from, until])];
  const isRead = texts.every((text) => text === undefined || parseInstant(text) !== undefined);
  if (start === undefined || !stepMs || !isCount(stepsPerGranule) || !isRead) return [];
  const candidates = candidatesOf(source);
  if (candidates.some(({ path }) => pathFaults(path).length > 0)) return [];
  const series = { start, stepMs, stepsPerGranule, ...(end === undefined ? {} : { end }) };
  return bases.flatMap(({ name }, i) => {
    const at = i === 0 ? "source" : `source.further[${i - 1}]`;
    const found = sharedPath(
      series,
      candidates.filter(({ base = "" }) => base === name),
    );
    if (!found) return [];
    const [one, other] = found.uses.map(
      ({ t, candidate }) => `${at}.candidates[${candidate}] for ${formatInstant(t)}`,
    );
    return [
      `the path "${found.path}" is that of ${one} and of ${other}: it needs finer parts of the date, or source.stepsPerGranule says how many timesteps share a granule`,
    ];
  });
}
