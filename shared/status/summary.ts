import * as v from "valibot";
import { timeInChunk } from "../dataset/chunkGrid.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { formatDuration, formatInstant, parseInstant } from "../dataset/timeAxis.ts";
import { clocksApartMaxMs } from "../ledger/lease.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { refuseNewer, schemaKnown, schemaOf } from "../schema.ts";
import { type GroupState, gapCountOf, readFields } from "../zarr/metadata.ts";
import { latencyOf, recentSteps, revisedSteps } from "./recentSteps.ts";
import { type PublishedStatus, statusLimits } from "./statusSchema.ts";

/** Chunks with failing timesteps that a summary looks into. */
const failingChunksMax = 64;

/**
 * What `status.json` holds: what readers may rely on, and what is wrong. Instants are ISO 8601, UTC. Its JSON Schema is
 * status.schema.json. The lists of commits are lost with the status itself: nothing else keeps them.
 */
export type StatusSummary = Omit<PublishedStatus, "provider"> & {
  readonly provider: ProviderLook;
};

/** One timestep that is not as it should be, and when it is tried again. */
export type FailingStep = StatusSummary["failing"][number];

/**
 * One commit. `from` is the first visible timestep that it changed, null where it changed none; `to` is the last visible one,
 * null while there is none.
 */
export type PublishedCommit = StatusSummary["commits"][number];

/**
 * When a plan last looked at the provider and, where it could not, since when, when it last tried, and why. `unmatched` where
 * granules should be there and plans find none of them, or have no path for some: since when, and what the last one found
 * instead; who wrote a status may not have known of it, and it is null then.
 */
export type ProviderLook = Required<PublishedStatus["provider"]>;

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
    valid_through: state.length === 0 ? null : formatInstant(time.at(state.length - 1)),
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
  if (schemaOf(found) !== schemaKnown || !v.safeParse(carriedSchema, fields).success) return undefined;
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

const integer = v.pipe(v.number(), v.safeInteger());
const toldInstant = v.pipe(
  v.string(),
  v.check((text) => parseInstant(text) !== undefined),
);

/** What a summary takes from the one before it: less than all, for an older build's may lack what it does not need. */
const carriedSchema = v.object({
  length: integer,
  failing: v.array(v.object({ time: v.string(), status: v.string(), reason: v.string() })),
  latency: v.object({ from: v.nullable(v.string()), visible_seconds: v.array(v.nullable(integer)) }),
  commits: v.array(
    v.object({
      seq: integer,
      at: v.nullable(v.string()),
      length: integer,
      from: v.nullable(v.string()),
      to: v.nullable(v.string()),
      gap_count: integer,
    }),
  ),
  provider: v.object({
    looked_at: v.nullable(toldInstant),
    failing: v.nullable(v.object({ since: toldInstant, tried_at: toldInstant, reason: v.string() })),
    unmatched: v.optional(v.nullable(v.object({ since: toldInstant, reason: v.string() }))),
  }),
});

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
  if (!commit || state.modifiedAt === null) return known.slice(0, statusLimits.commits);
  const { commitSeq: seq, modifiedAt, length } = state;
  const last = { seq, at: formatInstant(modifiedAt), length, ...commit, gap_count: gapCountOf(state) };
  return [last, ...known.filter((told) => told.seq < seq)].slice(0, statusLimits.commits);
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
  return failing.sort((a, b) => (a.next_try_at < b.next_try_at ? -1 : 1)).slice(0, statusLimits.failing);
}
