import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import { freshnessStates } from "../../../shared/status/freshness.ts";
import type { Overview } from "../datasetStatus.ts";
import type { Content } from "./answer.ts";

/** One dataset as it was seen: no overview and no faults where there is none yet. */
export interface Seen {
  readonly dataset: string;
  readonly overview: Overview | undefined;
  readonly faults: readonly string[] | undefined;
}

/** A family of gauges, or a counter; `value` is `undefined` where it has none. */
interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly unit?: string;
  readonly help: string;
  readonly value: (overview: Overview) => number | undefined;
}

const seconds = (text: string | null) => (text === null ? undefined : (parseInstant(text) as number) / 1000);

const families: readonly Family[] = [
  {
    name: "accrete_length",
    type: "gauge",
    help: "Visible timesteps.",
    value: ({ length }) => length,
  },
  {
    name: "accrete_gaps",
    type: "gauge",
    help: "Visible timesteps that are missing, corrupt or pending.",
    value: ({ gap_count }) => gap_count,
  },
  {
    name: "accrete_commits",
    type: "counter",
    help: "Commits since the dataset was created.",
    value: ({ commit_seq }) => commit_seq,
  },
  {
    name: "accrete_valid_through_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "The last visible timestep.",
    value: ({ valid_through }) => seconds(valid_through),
  },
  {
    name: "accrete_committed_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When the last commit was.",
    value: ({ committed_at }) => seconds(committed_at),
  },
  {
    name: "accrete_lag_seconds",
    type: "gauge",
    unit: "seconds",
    help: "From the last visible timestep to now, or to the end of the series.",
    value: ({ lag_seconds }) => lag_seconds ?? undefined,
  },
  {
    name: "accrete_overdue_seconds",
    type: "gauge",
    unit: "seconds",
    help: "By how much the first timestep that is not visible is past the instant when it was expected.",
    value: ({ overdue_seconds }) => overdue_seconds,
  },
  {
    name: "accrete_failing",
    type: "gauge",
    help: "Timesteps whose granule could not be ingested, up to 100.",
    value: ({ failing_count }) => failing_count,
  },
  {
    name: "accrete_looked_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When a plan last looked at the provider, and could.",
    value: ({ provider }) => seconds(provider.looked_at),
  },
  {
    name: "accrete_provider_failing",
    type: "gauge",
    help: "Whether the last plan that tried could not look at the provider.",
    value: ({ provider }) => (provider.failing ? 1 : 0),
  },
  {
    name: "accrete_provider_unmatched",
    type: "gauge",
    help: "Whether granules should be there, and the last look at the provider found none of them.",
    value: ({ provider }) => (provider.unmatched ? 1 : 0),
  },
];

/**
 * The state of every dataset for who scrapes it. Format: OpenMetrics 1.0,
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function metricsAnswer(seen: readonly Seen[]): Content {
  const lines = [
    ...head(
      "accrete_readable",
      "gauge",
      "Whether the dataset's descriptor and metadata could be read, or there is no dataset yet.",
    ),
    ...seen.map(({ dataset, faults }) => `accrete_readable{${labels({ dataset })}} ${faults ? 0 : 1}`),
    ...families.flatMap((family) => familyLines(family, seen)),
    ...head("accrete_state", "stateset", "How fresh the dataset is, in one word."),
    ...seen.flatMap(({ dataset, overview }) => (overview ? stateLines(dataset, overview) : [])),
    "# EOF",
  ];
  return {
    status: 200,
    content: new TextEncoder().encode(`${lines.join("\n")}\n`),
    headers: { "Content-Type": "application/openmetrics-text; version=1.0.0; charset=utf-8" },
  };
}

function familyLines({ name, type, unit, help, value }: Family, seen: readonly Seen[]): string[] {
  const sample = type === "counter" ? `${name}_total` : name;
  const samples = seen.flatMap(({ dataset, overview }) => {
    const number = overview && value(overview);
    return number === undefined ? [] : [`${sample}{${labels({ dataset })}} ${number}`];
  });
  return [...head(name, type, help, unit), ...samples];
}

function stateLines(dataset: string, { state }: Overview): string[] {
  return freshnessStates.map(
    (one) => `accrete_state{${labels({ dataset, accrete_state: one })}} ${one === state ? 1 : 0}`,
  );
}

function head(name: string, type: string, help: string, unit?: string): string[] {
  return [`# TYPE ${name} ${type}`, ...(unit ? [`# UNIT ${name} ${unit}`] : []), `# HELP ${name} ${help}`];
}

/** An id needs no escaping: it is made of letters, digits and dashes. */
function labels(named: Readonly<Record<string, string>>): string {
  return Object.entries(named)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
}
