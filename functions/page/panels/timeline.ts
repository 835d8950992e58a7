import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { grouped, readable, withReadableInstants } from "../ui/format.ts";

/** Something that has happened. `at` in milliseconds since 1970 UTC, by the wall clock. */
export interface Happening {
  readonly at: number;
  readonly kind: "commit" | "revision" | "provider";
  readonly text: string;
}

/** What has happened lately, the latest first. */
export function happenings({
  commits,
  revised,
  provider,
}: Pick<StatusSummary, "commits" | "revised" | "provider">): Happening[] {
  const told = [
    ...commits.map((commit) => ({ at: commit.at, kind: "commit" as const, text: commitText(commit) })),
    ...revised.map(({ time, path, revision, ingested_at }) => ({
      at: ingested_at,
      kind: "revision" as const,
      text: `${readable(time)} replaced${revision > 1 ? `, ${revision} times by now` : ""}: ${path}`,
    })),
    ...(provider.failing
      ? [
          {
            at: provider.failing.since,
            kind: "provider" as const,
            text: failingText(provider.failing.reason),
          },
        ]
      : []),
    ...(provider.unmatched
      ? [
          {
            at: provider.unmatched.since,
            kind: "provider" as const,
            text: `Its granules are not found at the provider: ${provider.unmatched.reason}`,
          },
        ]
      : []),
  ];
  return told.map(({ at, ...rest }) => ({ at: parseInstant(at) ?? 0, ...rest })).sort((a, b) => b.at - a.at);
}

function failingText(reason: string): string {
  return `The provider cannot be had: ${withReadableInstants(reason)}`;
}

function commitText({ seq, length, from, to, gap_count }: StatusSummary["commits"][number]): string {
  const told =
    from === null || to === null
      ? length === 0
        ? "nothing is visible yet"
        : "nothing that is visible changed"
      : from === to
        ? readable(from)
        : `${readable(from)} to ${readable(to)}`;
  const gaps = gap_count === 0 ? "" : `, ${grouped(gap_count)} of them gaps`;
  return `Commit ${seq}: ${told}; ${grouped(length)} timesteps${gaps}`;
}
