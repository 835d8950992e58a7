import { timeInChunk } from "../dataset/chunkGrid.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { formatDuration, formatInstant, parseInstant, timeAt } from "../dataset/timeAxis.ts";
import { clocksApartMaxMs } from "../ledger/lease.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { refuseNewer, schemaKnown, schemaOf } from "../schema.ts";
import { type GroupState, gapCountOf, readFields } from "../zarr/metadata.ts";
import { type Latency, latencyOf, type RevisedStep, recentSteps, revisedSteps } from "./recentSteps.ts";

/** Chunks with failing timesteps that a summary looks into, and timesteps that it lists. */
const failingChunksMax = 64;
const failingStepsMax = 100;
const commitsMax = 50;

/** One timestep that is not as it should be, and when it is tried again. Instants are ISO 8601, UTC. */
export interface FailingStep {
  readonly time: string;
  readonly status: "present" | "missing" | "corrupt" | "pending";
  readonly fault: string;
  readonly reason: string;
  readonly path: string | null;
  readonly attempts: number;
  readonly next_try_at: string;
}

/**
 * One commit. `from` is the first visible timestep that it changed, null where it changed none; `to` is the last visible one,
 * null while there is none.
 */
export interface PublishedCommit {
  readonly seq: number;
  readonly at: string;
  readonly length: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly gap_count: number;
}

/**
 * When a plan last looked at the provider and, where it could not, since when, when it last tried, and why. `unmatched` where
 * granules should be there and plans find none of them, or have no path for some: since when, and what the last one found instead.
 */
export interface ProviderLook {
  readonly looked_at: string | null;
  readonly failing: { readonly since: string; readonly tried_at: string; readonly reason: string } | null;
  readonly unmatched: { readonly since: string; readonly reason: string } | null;
}

/**
 * What `status.json` holds: what readers may rely on, and what is wrong. Instants are ISO 8601, UTC. Its JSON Schema is
 * status.schema.json.
 */
export interface StatusSummary {
  readonly schema: typeof schemaKnown;
  readonly dataset: string;
  readonly title: string;
  readonly start: string;
  readonly end: string | null;
  readonly step: string;
  readonly chunk_length: number;
  readonly expected_latency: string;
  readonly patience: string;
  readonly length: number;
  readonly valid_through: string | null;
  /** Of the store that it tells of; absent where that has none, or an older build wrote it. */
  readonly store_identity?: string;
  readonly commit_seq: number;
  readonly committed_at: string | null;
  readonly gap_count: number;
  /** The next due first, at most 100. */
  readonly failing: readonly FailingStep[];
  /** Within the revision window before the last visible timestep: the latest first, at most 100. */
  readonly revised: readonly RevisedStep[];
  readonly latency: Latency;
  /** The latest first, at most 50. Lost with the status itself: nothing else keeps them. */
  readonly commits: readonly PublishedCommit[];
  readonly provider: ProviderLook;
}

/** What a summary is made of besides the ledger: the state that readers see, and what is kept in no other place. */
export interface SummaryInput {
  readonly dataset: Dataset;
  readonly state: GroupState;
  /** The summary before this one: who has none begins its lists anew. */
  readonly before: StatusSummary | undefined;
  /** The commit that led to the state, if the summary before does not tell of it. */
  readonly commit?: Pick<PublishedCommit, "from" | "to">;
  /** What came of looking at the provider, if somebody has just done so. */
  readonly look?: TimedOutcome;
}

/** The summary of a dataset in the state that readers see, with what the ledger knows of failing and of replaced granules. */
export async function statusSummary(
  { ledger }: { readonly ledger: Ledger },
  told: SummaryInput,
  signal: AbortSignal,
): Promise<StatusSummary> {
  const { dataset, state, before } = told;
  const recent = await recentSteps(ledger, dataset, state.length, signal);
  return {
    ...summaryHead(dataset, state),
    failing: await failingSteps(ledger, dataset, signal),
    revised: revisedSteps(recent),
    latency: latencyOf(dataset, state, before, recent),
    commits: commitsOf(told),
    provider: providerOf(before, told.look),
  };
}

/** What the metadata alone say. */
export type SummaryHead = Omit<StatusSummary, "failing" | "revised" | "latency" | "commits" | "provider">;

/** That part of a summary which needs nothing but the descriptor and the state that readers see. */
export function summaryHead({ id, attributes, time, updates }: Dataset, state: GroupState): SummaryHead {
  return {
    schema: schemaKnown,
    dataset: id,
    title: String(attributes.title),
    start: formatInstant(time.start),
    end: time.end === undefined ? null : formatInstant(time.end),
    step: formatDuration(time.stepMs),
    chunk_length: time.chunkLength,
    expected_latency: formatDuration(updates.latencyMs),
    patience: formatDuration(updates.patienceMs),
    length: state.length,
    valid_through: state.length === 0 ? null : formatInstant(timeAt(time, state.length - 1)),
    ...(state.identity === undefined ? {} : { store_identity: state.identity }),
    commit_seq: state.commitSeq,
    committed_at: state.modifiedAt === null ? null : formatInstant(state.modifiedAt),
    gap_count: gapCountOf(state),
  };
}

/** The same after somebody has looked at the provider and nothing else has changed. */
export function withLook(before: StatusSummary, look: TimedOutcome): StatusSummary {
  return { ...before, provider: providerOf(before, look) };
}

/** Whether a summary tells of that look already. */
export function describesLook(before: StatusSummary, look: TimedOutcome): boolean {
  const { looked_at, failing, unmatched } = providerOf(before, look);
  const told = before.provider;
  return (
    told.looked_at === looked_at &&
    told.unmatched?.reason === unmatched?.reason &&
    told.failing?.tried_at === failing?.tried_at &&
    told.failing?.reason === failing?.reason
  );
}

/**
 * A summary as it stands in the store; `undefined` if the bytes are none of this form. Throws a `NewerSchemaError` for one of
 * a newer build's.
 */
export function readSummary(bytes: Uint8Array): StatusSummary | undefined {
  const found = readFields(bytes);
  refuseNewer("status.json", found);
  const { version: _, ...fields } = found ?? {};
  if (schemaOf(found) !== schemaKnown || !isRemembered(fields)) return undefined;
  const told = { ...fields, schema: schemaKnown } as StatusSummary;
  // Who wrote it may not have known of it.
  return { ...told, provider: { ...told.provider, unmatched: told.provider.unmatched ?? null } };
}

/** A summary whose lists go on in that state: not one of a later commit, nor of a dataset that was here before. */
export function carriedOn(
  told: StatusSummary | undefined,
  { identity, commitSeq }: GroupState,
): StatusSummary | undefined {
  if (!told || told.commit_seq > commitSeq) return undefined;
  return [undefined, identity].includes(told.store_identity) ? told : undefined;
}

/** Whether that can be carried on which a summary takes from the one before it. */
function isRemembered({
  length,
  commits,
  latency,
  provider,
  failing: steps,
}: Partial<StatusSummary>): boolean {
  const isText = (value: unknown) => value === null || typeof value === "string";
  const isTold = (instant: unknown) => typeof instant === "string" && parseInstant(instant) !== undefined;
  const isStep = (step: FailingStep | null) =>
    [step?.time, step?.status, step?.reason].every((text) => typeof text === "string");
  const isCount = (value: unknown) => value === null || Number.isSafeInteger(value);
  const isCommit = (told: PublishedCommit | null) =>
    [told?.seq, told?.length, told?.gap_count].every(Number.isSafeInteger) &&
    [told?.at, told?.from, told?.to].every(isText);
  const seconds = latency?.visible_seconds;
  const { failing, looked_at, unmatched = null } = provider ?? {};
  return (
    Number.isSafeInteger(length) &&
    Array.isArray(commits) &&
    commits.every(isCommit) &&
    isText(latency?.from) &&
    Array.isArray(seconds) &&
    seconds.every(isCount) &&
    Array.isArray(steps) &&
    steps.every(isStep) &&
    (looked_at === null || isTold(looked_at)) &&
    (failing === null ||
      (isTold(failing?.since) && isTold(failing?.tried_at) && typeof failing?.reason === "string")) &&
    (unmatched === null || (isTold(unmatched.since) && typeof unmatched.reason === "string"))
  );
}

/**
 * What came of looking at the provider at instant `at` of the wall clock: `fault` is why it could not be looked at, `unmatched`
 * what was there instead of every granule that should be, null where some are. Without either it tells no more of that
 * than was known.
 */
export interface ProviderOutcome {
  readonly at: number;
  readonly fault?: string;
  readonly unmatched?: string | null;
}

/** The same as it is told, at instant `toldAt`. */
export type TimedOutcome = ProviderOutcome & { readonly toldAt: number };

/** Where nobody has told of a look. */
export const neverLooked: ProviderLook = { looked_at: null, failing: null, unmatched: null };

function providerOf(before: StatusSummary | undefined, look: TimedOutcome | undefined): ProviderLook {
  const existing = before?.provider ?? neverLooked;
  const at = look && formatInstant(look.at);
  // A plan that took its time knows less than one that began after it. Such texts are in order as their instants are.
  // One that is still to come was told by a clock that ran ahead.
  const latest = look && formatInstant(look.toldAt + clocksApartMaxMs);
  const isOvertaken = [existing.looked_at, existing.failing?.tried_at].some(
    (told) => told && at && latest && told > at && told <= latest,
  );
  if (!look || !at || isOvertaken) return existing;
  if (look.fault === undefined) {
    const { unmatched: reason = existing.unmatched?.reason ?? null } = look;
    const since = existing.unmatched?.since ?? at;
    return { looked_at: at, failing: null, unmatched: reason === null ? null : { since, reason } };
  }
  return {
    ...existing,
    failing: { since: existing.failing?.since ?? at, tried_at: at, reason: look.fault },
  };
}

function commitsOf({ state, before, commit }: SummaryInput): PublishedCommit[] {
  const known = before?.commits ?? [];
  if (!commit || state.modifiedAt === null) return known.slice(0, commitsMax);
  const { commitSeq: seq, modifiedAt, length } = state;
  const last = { seq, at: formatInstant(modifiedAt), length, ...commit, gap_count: gapCountOf(state) };
  return [last, ...known.filter((told) => told.seq < seq)].slice(0, commitsMax);
}

async function failingSteps(ledger: Ledger, dataset: Dataset, signal: AbortSignal): Promise<FailingStep[]> {
  const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const chunks = await ledger.due(dataset.id, first, last, failingChunksMax, signal);
  const failing = chunks.flatMap(({ record }) =>
    Object.entries(record.steps).flatMap(([offset, { status, failed }]) => {
      if (!failed) return [];
      const { fault, reason, attempts, granule, nextTryAt } = failed;
      return {
        time: formatInstant(timeInChunk(dataset, record.chunk, Number(offset))),
        status,
        fault,
        reason,
        path: granule?.path ?? null,
        attempts,
        next_try_at: formatInstant(nextTryAt),
      };
    }),
  );
  return failing.sort((a, b) => (a.next_try_at < b.next_try_at ? -1 : 1)).slice(0, failingStepsMax);
}
