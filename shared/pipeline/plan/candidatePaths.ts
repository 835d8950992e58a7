import { type Candidate, isAskedFor, placedAt, prefixOf } from "../../dataset/candidates.ts";
import { type Dataset, type Descriptor, granuleOf } from "../../dataset/dataset.ts";
import { covers } from "../../dataset/dateRange.ts";
import { type GranulePaths, isOfTemplate, pathsMaker } from "../../dataset/paths/granulePath.ts";
import { isAt, split } from "../../source/paths.ts";
import type { NamePattern, Search } from "../../source/source.ts";
import type { Wiring } from "../wiring.ts";

/** Where the timestep at instant `t` may be, in order of preference: as of another instant, or whenever. */
export function candidatePaths(
  descriptor: Descriptor,
  t: number,
  asOf?: number,
  stage?: "final",
): GranulePaths {
  return descriptor.source.candidates
    .filter((one) => (asOf === undefined ? covers(one, t) : isAskedFor(one, t, asOf)))
    .filter(({ isPreliminary = false }) => !(isPreliminary && stage === "final"))
    .flatMap((candidate) => pathsOf(descriptor, candidate, t).map(placed(candidate)));
}

/** Whether the timestep at instant `t` may be at that path, whenever. */
export function isPathOf(descriptor: Descriptor, t: number, path: string): boolean {
  return candidateOf(descriptor, t, path) !== undefined;
}

/** Whether a file would set the timestep at instant `t` back: a preliminary one in the place of a final one. */
export function isSetBack(descriptor: Descriptor, t: number, known: string, path: string): boolean {
  const [own, other] = [known, path].map((one) => candidateOf(descriptor, t, one));
  return own !== undefined && own.isPreliminary !== true && other?.isPreliminary === true;
}

/**
 * Where the known file may be, and what may take its place: a file that is preferred to it at its own base URL, and, if it is
 * preliminary, a final one at any. Another base URL that has the same timestep brings nothing new. Of a file that is at none of the
 * descriptor's paths any more, those of final files are.
 */
export function replacingPaths(descriptor: Descriptor, t: number, known: string, asOf: number): GranulePaths {
  const own = candidateOf(descriptor, t, known);
  const { candidates } = descriptor.source;
  if (!own) return candidatePaths(descriptor, t, asOf, "final");
  const mayReplace = (candidate: Candidate) =>
    candidate.base === own.base
      ? candidates.indexOf(candidate) < candidates.indexOf(own)
      : own.isPreliminary === true && candidate.isPreliminary !== true;
  return candidates.flatMap((candidate) => {
    if (!isAskedFor(candidate, t, asOf)) return [];
    const paths = pathsOf(descriptor, candidate, t);
    const replacing = candidate === own ? paths.map((one) => notBefore(one, known)) : paths;
    return candidate === own || mayReplace(candidate) ? replacing.map(placed(candidate)) : [];
  });
}

/** Of names that fit, the known one and those that are preferred to it: one that is left where a newer was withdrawn is none. */
function notBefore(path: string | NamePattern, known: string): string | NamePattern {
  if (typeof path === "string") return path;
  const { name } = split(known);
  return {
    ...path,
    choose(names) {
      const { best, ...told } = path.choose(names);
      const isPreferred = best !== undefined && path.choose([best, name].sort()).best === best;
      return isPreferred ? { best, ...told } : told;
    },
  };
}

function candidateOf(descriptor: Descriptor, t: number, path: string): Candidate | undefined {
  const at = placedAt(namesOf(descriptor), path);
  return descriptor.source.candidates.find((candidate) => {
    if (!covers(candidate, t) || (candidate.base ?? "") !== at.base) return false;
    return pathsOf(descriptor, candidate, t).some((one) => isAt(one, at.path));
  });
}

function namesOf({ source: { bases } }: Descriptor): readonly string[] {
  return bases.map(({ name }) => name);
}

/** A plan makes paths of tens of thousands of timesteps: each template is read once. */
const makers = new WeakMap<Candidate, ReturnType<typeof pathsMaker>>();

/** Below its base URL. */
function pathsOf(descriptor: Descriptor, candidate: Candidate, t: number): GranulePaths {
  const make = makers.get(candidate) ?? pathsMaker(candidate.path);
  makers.set(candidate, make);
  const { source, time } = descriptor;
  return make({
    first: granuleOf(descriptor, t).first,
    spanMs: source.stepsPerGranule * time.stepMs,
  });
}

/** As the path is known where there are several base URLs. */
function placed({ base }: Candidate): (path: string | NamePattern) => string | NamePattern {
  const before = prefixOf(base);
  return (path) =>
    typeof path === "string"
      ? before + path
      : { ...path, text: before + path.text, directory: before + path.directory };
}

/** One look at the provider of a dataset. */
export function searchGranules(
  { source, limits }: Pick<Wiring, "source" | "limits">,
  dataset: Dataset,
): Search {
  const { candidates, connectionsMax } = dataset.source;
  const names = namesOf(dataset);
  return source.search({
    directoriesMax: limits.planDirectoriesMax,
    pathsMax: limits.planPathsMax,
    callsAtOnceMax: connectionsMax,
    isWantable(path) {
      const at = placedAt(names, path);
      return candidates.some(
        ({ base = "", path: template }) => base === at.base && isOfTemplate(template, at.path),
      );
    },
  });
}
