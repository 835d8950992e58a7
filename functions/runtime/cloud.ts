import { initialStored } from "../../shared/archive/stored.ts";
import { asDescribed, type Descriptor } from "../../shared/dataset/dataset.ts";
import type { LoadedDatasets } from "../../shared/dataset/loadDatasets.ts";
import { reasonOf, UsageError } from "../../shared/errors.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import type { Wiring } from "../../shared/pipeline/wiring.ts";
import type { Queue } from "../../shared/queue/queue.ts";
import type { Source } from "../../shared/source/source.ts";
import { readSettings, type Settings } from "./settings.ts";
import { limitsOf, openLedger, openQueue, openSource, openStore, processRuntime, startOf } from "./wiring.ts";

/**
 * The platform refuses larger answers, and answers without a length far sooner: https://cloud.google.com/functions/quotas,
 * less what is around the object.
 */
const objectBytesMax = 31 * 1024 * 1024;

/** What one invocation of a function brings along. */
export type Invocation = Pick<Wiring, "late" | "report">;

/** The datasets of one deployment, and what an instance of a function keeps from one request to the next. */
export interface Cloud {
  readonly datasets: readonly Descriptor[];
  /** What is wrong with the descriptors of those that it would have besides, by their ids. */
  readonly faulty: LoadedDatasets["faulty"];
  readonly queue: Queue;
  /** Of each function. */
  readonly timeoutMs: number;
  /** The most bytes of an object that can be sent from here at once. */
  readonly objectBytesMax: number;
  /** Whose pages may read what is served besides the server's own; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** Where datasets are kept, as a person would write it, and the topic that asks for a plan, if there is one. */
  readonly store: string;
  readonly planTopic: string | null;
  /** The wall clock, and the instant as which providers are judged. */
  readonly now: () => number;
  readonly asOf: () => number;
  /**
   * Does one invocation's work on one dataset with everything that the stages need. Connections to the provider last as
   * long as somebody works with them: an instance that idles must not hold what others are allowed.
   */
  use<Result>(
    descriptor: Descriptor,
    invocation: Invocation,
    work: (wiring: Wiring) => Promise<Result>,
  ): Promise<Result>;
}

/**
 * Reads the environment of a deployment, and constructs each of its adapters once. Throws one `UsageError` with all faults; a
 * descriptor that is `faulty` is one only where no dataset is left.
 */
export async function openCloud(
  environment: NodeJS.ProcessEnv,
  known: readonly Descriptor[],
  faulty: LoadedDatasets["faulty"] = new Map(),
): Promise<Cloud> {
  const ids = namedDatasets(environment) ?? [...known.map(({ id }) => id), ...faulty.keys()];
  const ownFaulty = new Map([...faulty].filter(([id]) => ids.includes(id)));
  const deployed = readDeployment(environment, known, ids, ownFaulty);
  const [{ settings }] = deployed;
  // What the settings may still be wrong about comes first: nothing is opened then.
  const own = new Map(deployed.map(({ dataset, settings: its }) => [dataset.id, ownWiring(dataset, its)]));
  const [store, ledger, queue] = await Promise.all([
    openStore(settings),
    openLedger(settings),
    openQueue(settings),
  ]);
  return {
    datasets: deployed.map(({ dataset }) => dataset),
    faulty: ownFaulty,
    queue,
    timeoutMs: settings.timeoutMs,
    objectBytesMax,
    corsOrigins: settings.corsOrigins,
    store: settings.store.text,
    planTopic: planTopicOf(settings),
    now: Date.now,
    asOf: processRuntime(settings).asOf,
    async use(dataset, invocation, work) {
      const { wiring, source } = own.get(dataset.id) as ReturnType<typeof ownWiring>;
      return source.use((opened) => {
        const checked = checkedLedger(asDescribed(wiring.descriptor), ledger);
        return work({ ...wiring, source: opened, store, ledger: checked, queue, ...invocation });
      });
    },
  };
}

/** The topic's full name; null where the settings name no queue. */
export function planTopicOf({ queue }: Settings): string | null {
  return queue ? `projects/${queue.project}/topics/${queue.prefix}-plan` : null;
}

function ownWiring(descriptor: Descriptor, settings: Settings) {
  const { batchesMax } = descriptor.updates;
  const open = () => openSource(descriptor, settings, connectionsPerInstance(descriptor));
  return {
    wiring: {
      ...processRuntime(settings),
      descriptor,
      limits: { ...limitsOf(settings), batchesInFlightMax: batchesMax },
    },
    source: shared(open),
  };
}

/** A source that is open while somebody uses it. */
function shared(open: () => Promise<Source>) {
  let source: Promise<Source> | undefined;
  let users = 0;
  return {
    async use<Result>(work: (opened: Source) => Promise<Result>): Promise<Result> {
      users++;
      source ??= open();
      const opening = source;
      try {
        return await work(await opening);
      } finally {
        if (--users === 0) {
          source = undefined;
          await opening.then(
            (unused) => unused.close(),
            () => undefined,
          );
        }
      }
    },
  };
}

/**
 * Connections of one instance to the provider: as many as leave its cap whole while as many workers run as the dataset
 * allows batches, each an instance of its own, and an instance of the plan beside them.
 */
export function connectionsPerInstance({ source, updates }: Descriptor): number {
  return Math.max(1, Math.floor(source.connectionsMax / (updates.batchesMax + 1)));
}

type Deployed = readonly { readonly dataset: Descriptor; readonly settings: Settings }[];

/** The ids in `ACCRETE_DATASET_IDS`, if it is set. */
function namedDatasets({ ACCRETE_DATASET_IDS }: NodeJS.ProcessEnv): readonly string[] | undefined {
  return ACCRETE_DATASET_IDS?.split(",").map((id) => id.trim());
}

/** The datasets of those ids, but for the faulty ones, with what is set for each. */
function readDeployment(
  environment: NodeJS.ProcessEnv,
  known: readonly Descriptor[],
  ids: readonly string[],
  faulty: LoadedDatasets["faulty"],
) {
  const faults = new Set<string>();
  const attempt = <Read>(read: () => Read): Read | undefined => {
    try {
      return read();
    } catch (error) {
      for (const fault of error instanceof UsageError ? error.faults : [reasonOf(error)]) faults.add(fault);
      return undefined;
    }
  };
  const sound = [...new Set(ids)].filter((id) => !faulty.has(id));
  if (sound.length === 0) for (const { message } of faulty.values()) faults.add(message);
  const deployed = sound.map((id) => {
    const settings = attempt(() => readSettings({}, environment, id));
    const dataset = known.find((one) => one.id === id);
    if (!dataset) faults.add(`ACCRETE_DATASET_IDS: there is no dataset "${id}"; there are: ${idsOf(known)}`);
    else if (settings) attempt(() => initialStored({ descriptor: dataset, ...startOf(settings) }));
    return { dataset, settings };
  });
  if (environment.ACCRETE_DATASETS !== undefined && environment.ACCRETE_DATASET_IDS === undefined)
    faults.add(
      "ACCRETE_DATASETS is a directory since 0.2.0, and a deployment has none: the ids of its datasets are named in ACCRETE_DATASET_IDS",
    );
  for (const name of ["ACCRETE_STORE", "ACCRETE_LEDGER", "ACCRETE_QUEUE"]) {
    if (environment[name] === undefined) faults.add(`${name} is not set`);
  }
  if (faults.size > 0) throw new UsageError([...faults]);
  return deployed as unknown as Deployed & readonly [Deployed[number]];
}

function idsOf(known: readonly Descriptor[]): string {
  return known.map(({ id }) => id).join(", ");
}
