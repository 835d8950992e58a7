import * as v from "valibot";
import { granuleFaults } from "../ledger/recordSchema.ts";
import { count, countFromOne, described, duration, instant, integer } from "../published.ts";
import { schemaKnown } from "../schema.ts";

/** How long the lists are at most. */
export const statusLimits = { failing: 100, revised: 100, recent: 1024, commits: 50 } as const;

const seconds = v.nullable(integer);
/** Of the type of any text: an older build's status may have others. */
const granuleFault: v.GenericSchema<string> = v.picklist(Object.keys(granuleFaults));

const failingStep = v.object({
  time: instant,
  status: described(
    v.picklist(["present", "missing", "corrupt", "pending"]),
    "What readers see; present where an older granule's values stand, pending where the file may still be being written.",
  ),
  fault: described(granuleFault, "In a word, why."),
  reason: described(v.string(), "In a sentence, why."),
  path: described(v.nullable(v.string()), "The provider's; null where it listed none."),
  attempts: countFromOne,
  next_try_at: instant,
});

const revisedStep = v.object({
  time: instant,
  path: v.string(),
  revision: described(countFromOne, "How many times."),
  ingested_at: instant,
});

const latency = v.object({
  from: described(v.nullable(instant), "The first of them."),
  published_seconds: described(
    v.pipe(v.array(seconds), v.maxLength(statusLimits.recent)),
    "From its time to the date of its granule's file; null where that was replaced.",
  ),
  visible_seconds: described(
    v.pipe(v.array(seconds), v.maxLength(statusLimits.recent)),
    "From its time to the commit that showed it.",
  ),
});

const commit = v.object({
  seq: count,
  at: instant,
  length: count,
  from: described(
    v.nullable(instant),
    "First visible timestep that it changed; null where it changed none that is visible.",
  ),
  to: described(v.nullable(instant), "The last visible timestep."),
  gap_count: count,
});

const provider = v.object({
  looked_at: described(v.nullable(instant), "When a plan last could, by the wall clock."),
  failing: described(
    v.nullable(
      v.object({
        since: instant,
        tried_at: described(instant, "When a plan last tried."),
        reason: v.string(),
      }),
    ),
    "Since when no plan could, when one last tried, and what it met.",
  ),
  unmatched: v.exactOptional(
    described(
      v.nullable(v.object({ since: instant, reason: v.string() })),
      "Where granules should be there and plans find none of them: since when, and what the last one found instead. Absent where an older version wrote this.",
    ),
  ),
});

/** What `status.json` holds; `npm run golden` makes status.schema.json of it. Members may be added within a schema. */
export const statusSchema = v.pipe(
  v.object({
    schema: described(
      v.literal(schemaKnown),
      "Of this form. Before there was one, the member version said the same.",
    ),
    dataset: described(
      v.string(),
      "The dataset's id: the Zarr group is DATASET.zarr beside DATASET.accrete.",
    ),
    title: v.string(),
    start: described(instant, "The first timestep, index 0."),
    end: described(
      v.nullable(instant),
      "The last timestep that there will ever be; null while the series goes on.",
    ),
    step: described(duration, "From one timestep to the next."),
    chunk_length: described(countFromOne, "Timesteps of one chunk."),
    expected_latency: described(duration, "How long after its time a granule usually appears."),
    patience: described(
      duration,
      "How long after its time a granule is waited for, before readers are shown a gap.",
    ),
    length: described(count, "Visible timesteps."),
    valid_through: described(v.nullable(instant), "The last visible timestep."),
    store_identity: v.exactOptional(
      described(
        v.string(),
        "Of the stored dataset that this tells of, as in its attribute store_identity; absent where it has none.",
      ),
    ),
    commit_seq: described(count, "Number of the commit that this tells of; grows by one with each."),
    committed_at: described(v.nullable(instant), "When it was, by the wall clock."),
    gap_count: described(count, "Visible timesteps that are missing, corrupt or pending."),
    failing: described(
      v.pipe(v.array(failingStep), v.maxLength(statusLimits.failing)),
      "Timesteps whose granule could not be ingested: the next due first.",
    ),
    revised: described(
      v.pipe(v.array(revisedStep), v.maxLength(statusLimits.revised)),
      "Timesteps of the revision window whose granule the provider has replaced: the latest first.",
    ),
    latency: described(
      latency,
      "How long after its time each timestep of the revision window, one after the other up to the last visible one, was published and visible. Null where that is not known, or there is no granule.",
    ),
    commits: described(v.pipe(v.array(commit), v.maxLength(statusLimits.commits)), "The latest first."),
    provider: described(provider, "What came of looking at the provider."),
  }),
  v.title("status.json of a dataset"),
  v.description(
    "What readers may rely on, and what is wrong, as of the last commit or the last look at the provider. Kept at DATASET.accrete/status.json. Members may be added within a schema; one that is changed or taken away makes another schema.",
  ),
);

type Frozen<Value> = Value extends object ? { readonly [Name in keyof Value]: Frozen<Value[Name]> } : Value;

/** What readers find, whichever build of this schema wrote it. */
export type PublishedStatus = Frozen<v.InferOutput<typeof statusSchema>>;
