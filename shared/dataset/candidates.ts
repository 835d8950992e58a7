import { covers, type DateRange, dateRange } from "./dateRange.ts";
import type { AuthSpec, BaseUrlSpec, CandidatePath, Listing, SourceSpec } from "./descriptor.ts";
import { parseDuration } from "./timeAxis.ts";

/** One place of a dataset's source. */
export interface BaseUrl {
  /** "" for the first. */
  readonly name: string;
  readonly url: string;
  readonly listing?: Listing;
  readonly auth?: AuthSpec;
}

/** A path template at one of the base URLs. */
export interface Candidate extends DateRange {
  readonly path: string;
  /** The name of its base URL; absent for the first. */
  readonly base?: string;
  readonly isPreliminary?: true;
  /** It is asked for timesteps of these ages, in milliseconds: from the first (included) to the second (excluded). */
  readonly ageFromMs?: number;
  readonly ageUntilMs?: number;
}

/** The base URLs of a source, in order of preference, with what each says of its candidates. */
export function basesOf(source: SourceSpec): readonly (BaseUrlSpec & { readonly name: string })[] {
  return [{ ...source, name: "" }, ...(source.further ?? [])];
}

/** The candidates of all base URLs, in the order of the descriptor. Instants and durations must be readable. */
export function candidatesOf(source: SourceSpec): readonly Candidate[] {
  return basesOf(source).flatMap((base) => base.candidates.map((candidate) => candidateAt(base, candidate)));
}

/** In order of preference: preliminary ones after all that are final. */
export function preferredFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((one, other) => rank(one) - rank(other));
}

const rank = ({ isPreliminary }: Candidate) => (isPreliminary ? 1 : 0);

function candidateAt(
  base: BaseUrlSpec & { readonly name: string },
  { path, stage, ...own }: CandidatePath,
): Candidate {
  const { youngerThan, olderThan } = base;
  return {
    path,
    ...(base.name !== "" && { base: base.name }),
    ...(stage === "preliminary" && { isPreliminary: true }),
    ...(olderThan !== undefined && { ageFromMs: parseDuration(olderThan) as number }),
    ...(youngerThan !== undefined && { ageUntilMs: parseDuration(youngerThan) as number }),
    ...both(dateRange(base), dateRange(own)),
  };
}

function both(one: DateRange, other: DateRange): DateRange {
  const from = Math.max(one.from ?? Number.NEGATIVE_INFINITY, other.from ?? Number.NEGATIVE_INFINITY);
  const until = Math.min(one.until ?? Number.POSITIVE_INFINITY, other.until ?? Number.POSITIVE_INFINITY);
  return { ...(Number.isFinite(from) ? { from } : {}), ...(Number.isFinite(until) ? { until } : {}) };
}

/** Whether a candidate is asked, as of that instant, for a timestep that it may hold. */
export function isAskedFor(candidate: Candidate, t: number, asOf: number): boolean {
  const { ageFromMs = Number.NEGATIVE_INFINITY, ageUntilMs = Number.POSITIVE_INFINITY } = candidate;
  const ageMs = asOf - t;
  return covers(candidate, t) && ageMs >= ageFromMs && ageMs < ageUntilMs;
}

/** What stands before the path of a granule of a further base URL. */
export function prefixOf(base = ""): string {
  return base === "" ? "" : `${base}:`;
}

/** The base URL, of those of these names, that a path is of, and the path there. */
export function placedAt(
  bases: readonly string[],
  path: string,
): { readonly base: string; readonly path: string } {
  const base = bases.find((name) => name !== "" && path.startsWith(prefixOf(name))) ?? "";
  return { base, path: path.slice(prefixOf(base).length) };
}
