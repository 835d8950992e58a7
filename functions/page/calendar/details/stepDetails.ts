import { formatInstant, parseInstant, type TimeAxis } from "../../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../../shared/status/summary.ts";
import { megabytes } from "../../../runtime/log/humanText.ts";
import { grouped, readable, relative } from "../../ui/format.ts";
import type { StepKind } from "../kinds.ts";

interface ListedGranule {
  readonly path: string;
  readonly size_bytes: number | null;
  readonly modified_at: string | null;
}

/** One timestep in a chunk's provenance record: see provenanceOf. Instants are ISO 8601, UTC. */
export interface ProvenanceStep {
  readonly offset: number;
  readonly status: string;
  readonly granule: (ListedGranule & { readonly ingested_at: string; readonly revision: number }) | null;
  readonly failed: {
    readonly granule: ListedGranule | null;
    readonly fault: string;
    readonly reason: string;
    readonly attempts: number;
    readonly next_try_at: string;
  } | null;
}

/** A clock's two instants, as in `Clock`. */
interface Times {
  readonly asOf: number;
  readonly now: number;
}

/** A line of the details: what, and its value. */
export type DetailLine = readonly [string, string];

/**
 * What is known of one timestep, for people. A summary's failures are newer than a provenance record, which is written after
 * the chunk's next commit; of replaced granules it lists only the latest, so the larger revision counts. Retries are dated by
 * the provider's clock, everything else by the wall clock.
 */
export function stepDetails(
  { failing, revised, length }: Pick<StatusSummary, "failing" | "revised" | "length">,
  { axis, index, kind }: { readonly axis: TimeAxis; readonly index: number; readonly kind: StepKind },
  recorded: ProvenanceStep | undefined,
  { asOf, now }: Times,
): DetailLine[] {
  const time = formatInstant(axis.at(index));
  const failingStep = failing.find((one) => one.time === time);
  const revisedStep = revised.find((one) => one.time === time);
  const replaced =
    revisedStep && revisedStep.revision > (recorded?.granule?.revision ?? 0) ? revisedStep : undefined;
  // A record of a file that has been replaced since says nothing of the new one.
  const granule = replaced ? undefined : (recorded?.granule ?? recorded?.failed?.granule);
  const failed = failingStep ?? recorded?.failed;
  const path = replaced?.path ?? failingStep?.path ?? granule?.path;
  const ingested = replaced?.ingested_at ?? recorded?.granule?.ingested_at;
  const revision = replaced?.revision ?? recorded?.granule?.revision;
  const lines: (DetailLine | undefined)[] = [
    ["Status", statusText(kind, index < length)],
    path === undefined ? undefined : ["Granule", path],
    granule ? ["Size", sizeText(granule.size_bytes)] : undefined,
    granule?.modified_at ? ["Published", readable(granule.modified_at)] : undefined,
    ingested ? ["Ingested", withAge(ingested, now)] : undefined,
    revision ? ["Revised", revision === 1 ? "once" : `${revision} times`] : undefined,
    failed ? ["Error", `${failed.fault}: ${failed.reason}`] : undefined,
    failed ? ["Attempts", String(failed.attempts)] : undefined,
    failed ? ["Next try", withAge(failed.next_try_at, asOf)] : undefined,
  ];
  return lines.filter((line) => line !== undefined);
}

function sizeText(bytes: number | null): string {
  return bytes === null ? "not listed" : `${megabytes(bytes)} (${grouped(bytes)} bytes)`;
}

function statusText(kind: StepKind, isVisible: boolean): string {
  if (kind === "pending" && isVisible) return "pending: readers see fill, and it is tried again";
  if (kind === "pending") return "pending: expected by now, not visible yet";
  if (kind === "corrupt" && !isVisible) return "corrupt, and so not visible yet";
  return kind;
}

function withAge(instant: string, now: number): string {
  const t = parseInstant(instant);
  return t === undefined ? instant : `${readable(instant)} (${relative(t, now)})`;
}
