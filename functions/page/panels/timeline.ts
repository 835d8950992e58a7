import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { grouped, readable, withReadableInstants } from "../ui/format.ts";

/** One event. `at` in milliseconds since 1970 UTC, by the wall clock. */
export interface TimelineEvent {
  readonly at: number;
  readonly kind: "commit" | "revision" | "provider";
  readonly text: string;
}

/** The recent events of a dataset, the latest first. */
export function timelineOf({
  commits,
  revised,
  provider,
}: Pick<StatusSummary, "commits" | "revised" | "provider">): TimelineEvent[] {
  const events = [
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
            text: providerFailureText(provider.failing.reason),
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
  return events
    .map(({ at, ...rest }) => ({ at: parseInstant(at) ?? 0, ...rest }))
    .sort((a, b) => b.at - a.at);
}

function providerFailureText(reason: string): string {
  return `The provider cannot be reached: ${withReadableInstants(reason)}`;
}

function commitText({ seq, length, from, to, gap_count }: StatusSummary["commits"][number]): string {
  const change =
    from === null || to === null
      ? length === 0
        ? "nothing is visible yet"
        : "nothing that is visible changed"
      : from === to
        ? readable(from)
        : `${readable(from)} to ${readable(to)}`;
  const gaps = gap_count === 0 ? "" : `, ${grouped(gap_count)} of them gaps`;
  return `Commit ${seq}: ${change}; ${grouped(length)} timesteps${gaps}`;
}
