import { type Dataset, type Descriptor, granuleOf } from "../../dataset/dataset.ts";
import { covers } from "../../dataset/dateRange.ts";
import { granulePath, isOfTemplate } from "../../dataset/granulePath.ts";
import type { Search } from "../../source/source.ts";
import type { Wiring } from "../wiring.ts";

/** The paths that may hold the timestep at instant `t`, in order of preference. */
export function candidatePaths(descriptor: Descriptor, t: number): string[] {
  const { first } = granuleOf(descriptor, t);
  return descriptor.source.candidates
    .filter((range) => covers(range, t))
    .map(({ path }) => granulePath(path, first));
}

/** One look at the provider of a dataset. */
export function searchGranules(
  { source, limits }: Pick<Wiring, "source" | "limits">,
  dataset: Dataset,
): Search {
  const { candidates, connectionsMax } = dataset.source;
  return source.search({
    directoriesMax: limits.planDirectoriesMax,
    pathsMax: limits.planPathsMax,
    callsAtOnceMax: connectionsMax,
    isWantable: (path) => candidates.some((one) => isOfTemplate(one.path, path)),
  });
}
