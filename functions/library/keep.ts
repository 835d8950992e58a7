import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { UsageError } from "../../shared/errors.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import type { Range } from "../../shared/pipeline/plan/scan.ts";
import type { Queue } from "../../shared/queue/queue.ts";
import type { Source } from "../../shared/source/source.ts";
import type { Store } from "../../shared/store/store.ts";
import type { DatasetStatus } from "../runtime/datasetStatus.ts";
import type { Pending } from "../runtime/pending.ts";
import type { LocalWiring } from "../runtime/wiring.ts";

/**
 * A dataset, and what it is kept with: each a place as on the command line, or an adapter of the caller's own, which the
 * caller closes. What runs at once on one store has one ledger. Nothing is read from the environment but, where a descriptor's `auth` is
 * `netrc` without a secret, the file that `NETRC` names, or that of the home directory.
 */
export interface Kept {
  readonly dataset: Descriptor;
  /** A path, `file:///dir` or `gs://bucket/prefix`. */
  readonly store: string | Store;
  /** A path, `sqlite:///file` or `firestore://PROJECT/DATABASE`; `accrete.sqlite` in a store that is a directory. */
  readonly ledger?: string | Ledger;
  /** A base URL instead of the descriptor's first. */
  readonly source?: string | Source;
  /** Values of the secrets that the descriptor names, by their names. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** `pubsub://PROJECT/TOPIC`, or whoever is to hear of each commit: events of its topic `extended` are published there. */
  readonly queue?: string | Queue;
  /** Where a dataset that is created now shall begin (ISO 8601, UTC); the descriptor's start if absent. */
  readonly start?: string;
  /** Hears of everything that happens, as `extend --json` tells it. */
  readonly report?: (event: PipelineEvent) => void;
}

/** Which timesteps: instants in ISO 8601, UTC, both included. Without them the usual window, and what is due for another try. */
export interface KeptRange {
  readonly from?: string;
  readonly to?: string;
  /** Ingests again what is there already; of `extend`. */
  readonly force?: boolean;
  /** Ends the work: what was recorded till then stands, and the next call goes on from there. */
  readonly signal?: AbortSignal;
}

/** What a plan finds pending. */
export interface Planned extends Pending {
  /**
   * Where granules should be and none matches what was looked for: what was, and what lies there instead. Also where some match: the base
   * URL that cannot be asked, and the first timestep that the descriptor has no path for.
   */
  readonly unmatched: string | undefined;
}

export interface Extended {
  /** Timesteps. */
  readonly ingested: number;
  /** Timesteps whose last try failed; the ledger and `status` say why. */
  readonly failed: number;
  /** As a plan tells it. */
  readonly unmatched: string | undefined;
}

/**
 * What is pending at the provider; writes nothing. Throws a `UsageError` for places and instants that cannot be used, a
 * `SourceError`, a `StorageError`, a `DriftError` where the store holds another dataset, a `PairError`.
 */
export async function plan(kept: Kept, range: KeptRange = {}): Promise<Planned> {
  const [{ findPending }, { unmatchedText }] = await Promise.all([
    import("../runtime/pending.ts"),
    import("../../shared/pipeline/matching.ts"),
  ]);
  return withWiring(kept, range, "look", async (wiring, wanted, signal) => {
    const { pending, matching } = await findPending(wiring, { ...wanted, force: false }, signal);
    return { ...pending, unmatched: unmatchedText(matching) };
  });
}

/** Ingests until nothing is pending that is not another's, and commits. Throws as `plan`, and a `ContentionError`. */
export async function extend(kept: Kept, range: KeptRange = {}): Promise<Extended> {
  const [{ runUntilCurrent }, { unmatchedText }] = await Promise.all([
    import("../runtime/runUntilCurrent.ts"),
    import("../../shared/pipeline/matching.ts"),
  ]);
  return withWiring(kept, range, "extend", async (wiring, wanted, signal) => {
    const { taken, failed, matching } = await runUntilCurrent(wiring, wanted, signal);
    return { ingested: taken, failed, unmatched: unmatchedText(matching) };
  });
}

/** What readers see, how late it is, every gap and why; `undefined` where there is no dataset yet. Throws as `plan`. */
export async function status(
  kept: Kept,
  { signal }: Pick<KeptRange, "signal"> = {},
): Promise<DatasetStatus | undefined> {
  const { readDatasetStatus } = await import("../runtime/datasetStatus.ts");
  return withWiring(kept, signal ? { signal } : {}, "look", (wiring, _, ends) =>
    readDatasetStatus(wiring, ends),
  );
}

async function withWiring<Result>(
  { dataset, report = () => undefined, start, secrets = {}, ...given }: Kept,
  { signal = new AbortController().signal, from, to, force }: KeptRange,
  purpose: "look" | "extend",
  work: (wiring: LocalWiring, wanted: Range, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const [{ rangeOf, readSettings }, { disposal, localWiring, readOnlyWiring }] = await Promise.all([
    import("../runtime/settings.ts"),
    import("../runtime/wiring.ts"),
  ]);
  const names = ["store", "ledger", "source", "queue"] as const;
  const places = names.filter((name) => typeof given[name] === "string").map((name) => [name, given[name]]);
  const adapters = names.filter((name) => typeof given[name] === "object").map((name) => [name, given[name]]);
  if (typeof given.store === "object" && given.ledger === undefined)
    throw new UsageError(["a store of one's own needs a ledger beside it: a path, or one of one's own"]);
  const typed = { ...Object.fromEntries(places), start, from, to, ...(force && { force }) };
  const settings = { ...readSettings(typed, {}), secrets: new Map(Object.entries(secrets)) };
  const own = Object.fromEntries(adapters);
  const wiring =
    purpose === "look" ? readOnlyWiring(dataset, settings, own) : localWiring(dataset, settings, report, own);
  return disposal(wiring, (wired) => work(wired, rangeOf(settings), signal));
}
