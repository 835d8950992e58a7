import type { Dataset } from "../shared/dataset/dataset.ts";
import { reasonOf, UsageError } from "../shared/errors.ts";
import { imagineLive } from "../shared/pipeline/live.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import type { Queue } from "../shared/queue/queue.ts";
import { readSettings, type Settings } from "./settings.ts";
import { limitsOf, openLedger, openQueue, openSource, openStore, startOf, surroundings } from "./wiring.ts";

/** What one invocation of a function brings along. */
export type Invocation = Pick<Wiring, "late" | "report">;

/** The datasets of one deployment, and what an instance of a function keeps from one request to the next. */
export interface Cloud {
  readonly datasets: readonly Dataset[];
  readonly queue: Queue;
  /** Of each function. */
  readonly timeoutMs: number;
  /** Everything that the stages need for one invocation on one dataset. */
  wiring(dataset: Dataset, invocation: Invocation): Wiring;
}

/**
 * Reads the environment of a deployment, and constructs each of its adapters once. Throws one `UsageError` with all faults.
 */
export async function openCloud(environment: NodeJS.ProcessEnv, known: readonly Dataset[]): Promise<Cloud> {
  const deployed = readDeployment(environment, known);
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
    queue,
    timeoutMs: settings.timeoutMs,
    wiring(dataset, invocation) {
      const wiring = own.get(dataset.id) as ReturnType<typeof ownWiring>;
      return { ...wiring, store, ledger, queue, ...invocation };
    },
  };
}

function ownWiring(dataset: Dataset, settings: Settings) {
  const { batchesMax } = dataset.growth;
  return {
    ...surroundings(settings),
    dataset,
    source: openSource(dataset, settings, connectionsPerInstance(dataset)),
    limits: { ...limitsOf(settings), batchesInFlightMax: batchesMax },
  };
}

/**
 * Connections of one instance to the provider: as many as leave its cap whole while as many workers run as the dataset
 * allows batches, each an instance of its own, and an instance of the plan beside them.
 */
export function connectionsPerInstance({ source, growth }: Dataset): number {
  return Math.max(1, Math.floor(source.connectionsMax / (growth.batchesMax + 1)));
}

type Deployed = readonly { readonly dataset: Dataset; readonly settings: Settings }[];

/** The datasets named in `ACCRETE_DATASETS`, by default all, with what is set for each. */
function readDeployment(environment: NodeJS.ProcessEnv, known: readonly Dataset[]) {
  const faults = new Set<string>();
  const attempt = <Read>(read: () => Read): Read | undefined => {
    try {
      return read();
    } catch (error) {
      for (const fault of error instanceof UsageError ? error.faults : [reasonOf(error)]) faults.add(fault);
      return undefined;
    }
  };
  const named = environment.ACCRETE_DATASETS?.split(",").map((id) => id.trim()) ?? known.map(({ id }) => id);
  const deployed = [...new Set(named)].map((id) => {
    const settings = attempt(() => readSettings({}, environment, id));
    const dataset = known.find((one) => one.id === id);
    if (!dataset) faults.add(`ACCRETE_DATASETS: there is no dataset "${id}"; there are: ${idsOf(known)}`);
    else if (settings) attempt(() => imagineLive({ dataset, ...startOf(settings) }));
    return { dataset, settings };
  });
  for (const name of ["ACCRETE_STORE", "ACCRETE_LEDGER", "ACCRETE_QUEUE"]) {
    if (environment[name] === undefined) faults.add(`${name} is not set`);
  }
  if (faults.size > 0) throw new UsageError([...faults]);
  return deployed as unknown as Deployed & readonly [Deployed[number]];
}

function idsOf(known: readonly Dataset[]): string {
  return known.map(({ id }) => id).join(", ");
}
