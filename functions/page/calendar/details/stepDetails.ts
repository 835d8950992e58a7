import { formatInstant, parseInstant, type TimeAxis, timeAt } from "../../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../../shared/status/summary.ts";
import { megabytes } from "../../../runtime/log/humanText.ts";
import { grouped, readable, relative } from "../../ui/format.ts";
import type { Kind } from "../kinds.ts";

interface ListedGranule {
  readonly path: string;
  readonly size_bytes: number | null;
  readonly modified_at: string | null;
}

/** One timestep in a chunk's provenance record: see provenanceOf. Instants are ISO 8601, UTC. */
export interface ProvenStep {
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

/** A clock's two instants: see `Clock`. */
interface Times {
  readonly asOf: number;
  readonly now: number;
}

/** A line of the details: what, and its value. */
export type DetailLine = readonly [string, string];

/**
 * What is known of one timestep, for people. What a summary tells of failures is newer than a provenance record, which is
 * written after the chunk's next commit; of replaced granules it lists only the latest, so the larger revision counts. Tries
 * are dated by the provider's clock, all else by the wall's.
 */
export function stepDetails(
  { failing, revised, length }: Pick<StatusSummary, "failing" | "revised" | "length">,
  { axis, index, kind }: { readonly axis: TimeAxis; readonly index: number; readonly kind: Kind },
  proven: ProvenStep | undefined,
  { asOf, now }: Times,
): DetailLine[] {
  const time = formatInstant(timeAt(axis, index));
  const fails = failing.find((one) => one.time === time);
  const listed = revised.find((one) => one.time === time);
  const replaced = listed && listed.revision > (proven?.granule?.revision ?? 0) ? listed : undefined;
  // What is recorded of a file that has been replaced since is not told of the new one.
  const granule = replaced ? undefined : (proven?.granule ?? proven?.failed?.granule);
  const failed = fails ?? proven?.failed;
  const path = replaced?.path ?? fails?.path ?? granule?.path;
  const ingested = replaced?.ingested_at ?? proven?.granule?.ingested_at;
  const revision = replaced?.revision ?? proven?.granule?.revision;
  const lines: (DetailLine | undefined)[] = [
    ["Status", statusText(kind, index < length)],
    path === undefined ? undefined : ["Granule", path],
    granule ? ["Size", sizeText(granule.size_bytes)] : undefined,
    granule?.modified_at ? ["Published", readable(granule.modified_at)] : undefined,
    ingested ? ["Taken in", withAge(ingested, now)] : undefined,
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

function statusText(kind: Kind, isVisible: boolean): string {
  if (kind === "pending" && isVisible) return "pending: readers see fill, and it is still looked for";
  if (kind === "pending") return "pending: expected by now, not visible yet";
  if (kind === "corrupt" && !isVisible) return "corrupt, and so not visible yet";
  return kind;
}

function withAge(instant: string, now: number): string {
  const t = parseInstant(instant);
  return t === undefined ? instant : `${readable(instant)} (${relative(t, now)})`;
}
