import type { Assumptions } from "../../../shared/estimate/assumptions.ts";
import { totalOf } from "../../../shared/estimate/costs.ts";
import { counted, dollarsText, megabytes, span } from "../../runtime/log/humanText.ts";
import { cloudCommitEveryMs } from "../../runtime/wiring.ts";
import { type Choice, dollarsOf } from "./compare.ts";
import type { Scenario } from "./scenarios.ts";

/** What bounds work, in words that go on from "bound by". */
const boundWords = {
  provider: "the provider's bandwidth",
  connections: "the connections to the provider",
  requests: "the provider's answers to requests",
  compute: "computing",
  calls: "answers of bucket and ledger",
  commits: "commits",
  idle: "starting and sending",
} as const;

/** More workers that save less than a tenth of the wall time are not worth it. */
const worthIt = 0.9;

/** What is taken for granted, in a few lines; prices are those of terraform/README.md. */
export function assumptionLines({
  store,
  ledger,
  provider,
  compute,
  instance,
  failures,
}: Assumptions): string[] {
  const rate = (bytes: number) => `${bytes / 1e6} MB/s`;
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
  return [
    "Assumed",
    `  provider   ${rate(provider.bytesPerSecond)} in all, ${rate(provider.connectionBytesPerSecond)} a connection, ${provider.granuleMs} ms of round trips a granule over FTP, ${provider.requestMs} ms a request elsewhere`,
    `  bucket     ${store.readMs} ms a get, ${store.putMs} ms a put; commits ${cloudCommitEveryMs / 1000} s apart, so that no object is written more than once a second`,
    `  ledger     ${ledger.readMs} ms a read, ${ledger.writeMs} ms a write`,
    `  instance   1 vCPU, started in ${instance.coldStartMs / 1000} s; ${instance.processMib} MiB, objects, granules and a few timesteps, in ${instance.extendGibs.join(", ")} GiB; for a MB of values ${compute.inflateMsPerMb} ms to inflate, ${compute.fieldsMsPerMb} to decode, ${compute.encodeMsPerMb} to encode, ${compute.restoreMsPerMb} to restore`,
    `  failing    ${percent(failures.store)} of calls to the bucket, ${percent(failures.ledger)} to the ledger, ${percent(failures.transfer)} of transfers: repeated; ${percent(failures.granule)} of granules: tried again an hour or more later, which the wall time does not count`,
    "  prices     list prices before free tiers, as in terraform/README.md; the month has a plan each hour and the bytes of the whole series",
  ];
}

/** The table of one scenario, the descriptor's own choice marked, and what to make of it. */
export function scenarioLines(
  { title, dataset, timesteps, granuleBytes }: Scenario,
  choices: readonly Choice[],
): string[] {
  const { time, updates, source } = dataset;
  return [
    title,
    `  ${timesteps} timesteps, granules of ${megabytes(granuleBytes)}, at most ${source.connectionsMax} connections; * its descriptor: ${time.chunkLength} timesteps a chunk, ${updates.batchesMax} workers`,
    "",
    ...aligned([heads, ...choices.map(cells)]).map((line) => `  ${line}`),
    "",
    ...adviceLines(choices).map((line) => `  ${line}`),
  ];
}

const heads = [
  "",
  "chunk",
  "workers",
  "wall time",
  "GiB",
  "requests",
  "gets",
  "puts",
  "ledger reads",
  "writes",
  "messages",
  "commits",
  "$",
  "$ a month",
  "bound by",
];

function cells(choice: Choice): string[] {
  const { chunkLength, workers, isOwn, backfill, month } = choice;
  const { wallMs, extendGib, usage, commits, boundBy, calls } = backfill;
  return [
    isOwn ? "*" : "",
    `${chunkLength}`,
    `${workers}`,
    span(wallMs),
    extendGib === undefined ? "none" : `${extendGib}`,
    ...[usage.requests, calls.storeReads, calls.storePuts, calls.ledgerReads, calls.ledgerWrites].map(
      rounded,
    ),
    ...[calls.messages, commits].map(rounded),
    extendGib === undefined ? "-" : dollarsOf(choice).toFixed(2),
    extendGib === undefined ? "-" : totalOf(month).toFixed(2),
    boundWords[boundBy],
  ];
}

/** As in 950, 23.5k and 1.2M. */
function rounded(count: number): string {
  if (count < 10_000) return `${count}`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)}k` : `${(count / 1e6).toFixed(2)}M`;
}

/** Columns aligned: words at the left, numbers at the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const last = widths.length - 1;
  return rows.map((row) =>
    row.map((cell, column) => (column === last ? cell : cell.padStart(widths[column] ?? 0))).join("  "),
  );
}

/** What takes no longer than this many times the shortest counts as fastest: more workers would only cost more. */
const asGoodAs = 1.01;

function adviceLines(choices: readonly Choice[]): string[] {
  const fitting = choices.filter(({ backfill }) => backfill.extendGib !== undefined);
  const [first] = fitting;
  if (!first) return ["No instance that is offered holds a chunk: choose shorter ones."];
  const least = (by: (choice: Choice) => number) => fitting.reduce((a, b) => (by(b) < by(a) ? b : a), first);
  const wall = ({ backfill }: Choice) => backfill.wallMs;
  const shortest = Math.min(...fitting.map(wall));
  const asFast = ({ backfill }: Choice) => backfill.wallMs <= shortest * asGoodAs;
  const fastest = least((choice) => (asFast(choice) ? dollarsOf(choice) : Number.POSITIVE_INFINITY));
  const cheapest = least(dollarsOf);
  const own = fitting.find(({ isOwn }) => isOwn) ?? cheapest;
  const alike = fitting.filter(({ chunkLength }) => chunkLength === own.chunkLength);
  const quickest = Math.min(...alike.map(wall));
  const enough = alike.find((choice) => wall(choice) * worthIt <= quickest) ?? own;
  const cheapestMonth = least(({ month }) => totalOf(month));
  return [
    `Fastest: ${named(fastest)}. Cheapest: ${named(cheapest)}; a month costs least with ${cheapestMonth.chunkLength} a chunk.`,
    `With ${own.chunkLength} a chunk, ${counted(enough.workers, "worker")} are the fewest that come within a tenth of the fastest; they are bound by ${boundWords[enough.backfill.boundBy]}.`,
    "Readers of a series want longer chunks, readers of single maps shorter ones: what they fetch is not counted here.",
  ];
}

function named(choice: Choice): string {
  const { chunkLength, workers, backfill } = choice;
  return `${chunkLength} a chunk and ${counted(workers, "worker")} (${span(backfill.wallMs)}, ${dollarsText(dollarsOf(choice))})`;
}
