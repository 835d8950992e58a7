import { resolve } from "node:path";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import { reasonOf, UsageError } from "../../shared/errors.ts";
import type { ProxyOptions } from "../../shared/source/http/core/connections/proxies.ts";
import type { LedgerLocation, QueueLocation, StoreLocation } from "./locations.ts";
import { proxiesIn } from "./settings/proxies.ts";
import { secretsIn } from "./settings/secrets.ts";
import { ackSecondsMax, type OptionName, type Setting, settingRows, type Values } from "./settings/table.ts";

/** What a person may set, as typed: options first, then the environment, then what holds otherwise. */
export type TypedSettings = {
  readonly [Name in Exclude<OptionName, "cors" | "force">]?: string | undefined;
} & { readonly cors?: readonly string[] | undefined; readonly force?: true | undefined };

export interface Settings {
  readonly store: StoreLocation;
  readonly ledger: LedgerLocation;
  /** Where descriptors are, if a person has said so. */
  readonly datasets: string | undefined;
  /** Where events, and requests to the cloud's workers, are published. */
  readonly queue: QueueLocation | undefined;
  /** Servers in place of Google's, as emulators are. */
  readonly endpoints: Endpoints;
  /** Replaces the descriptor's first base URL. */
  readonly sourceUrl: string | undefined;
  /** Values of the secrets that descriptors name, by their names. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Through what HTTP servers are asked. */
  readonly proxies: ProxyOptions;
  /** Connections of this process to the provider, instead of all that the descriptor allows. */
  readonly connections: number | undefined;
  readonly leaseMs: number;
  /** A function's timeout. */
  readonly timeoutMs: number;
  /** How often `--watch` looks, instead of what suits the dataset. */
  readonly watchMs: number | undefined;
  /** Whose pages may read what is served; `*` for all. */
  readonly corsOrigins: readonly string[];
  readonly asOf: number | undefined;
  readonly start: number | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Whether what is there already is ingested again. */
  readonly force: boolean;
}

export interface Endpoints {
  /** A URL. */
  readonly storage: string | undefined;
  /** HOST:PORT, by the names of variables that Google's clients know too. */
  readonly firestore: string | undefined;
  readonly pubsub: string | undefined;
}

/**
 * Reads every setting of the table. What may differ from dataset to dataset is looked for under the variable's name with
 * the id behind it first. Throws one `UsageError` with all faults.
 */
export function readSettings(typed: TypedSettings, environment: NodeJS.ProcessEnv, id = ""): Settings {
  const faults: string[] = [];
  const read = ([name, setting]: (typeof settingRows)[number]) => {
    const given = givenFor(setting, typed[name as OptionName], environment, id);
    try {
      return [name, given && setting.parse(...given)] as const;
    } catch (error) {
      faults.push(...(error instanceof UsageError ? error.faults : [reasonOf(error)]));
      return [name, undefined] as const;
    }
  };
  const values = Object.fromEntries(settingRows.map(read)) as Partial<Values>;
  faults.push(...faultsBetween(values, typed.ledger ?? environment.ACCRETE_LEDGER));
  if (faults.length > 0) throw new UsageError(faults);
  return {
    ...settingsFrom(values as Values),
    secrets: secretsIn(environment),
    proxies: proxiesIn(environment),
  };
}

/** The name by which a setting is given, and its text: the option's, a variable's, else what holds otherwise. */
function givenFor(
  { option, variable = "", isOfDataset, fallback }: Setting,
  typed: string | readonly string[] | true | undefined,
  environment: NodeJS.ProcessEnv,
  id: string,
): Parameters<Setting["parse"]> | undefined {
  if (option && typed !== undefined) return [option.split(" ", 1)[0] ?? "", String(typed)];
  const own = isOfDataset ? `${variable}_${id.toUpperCase().replaceAll("-", "_")}` : variable;
  const named = environment[own] === undefined ? variable : own;
  const text = environment[named] ?? fallback;
  return text === undefined ? undefined : [named, text];
}

/** What each may be by itself, and not beside another. */
function faultsBetween({ store, from, to }: Partial<Values>, ledger: string | undefined): string[] {
  const faults: string[] = [];
  if (store?.kind === "gs" && ledger === undefined) {
    faults.push(
      "a store in a bucket needs --ledger or ACCRETE_LEDGER: firestore://PROJECT/DATABASE, or a file on this machine",
    );
  }
  if (from !== undefined && to !== undefined && from > to) {
    faults.push(`--from ${formatInstant(from)} is after --to ${formatInstant(to)}: swap them`);
  }
  return faults;
}

function settingsFrom(values: Values): Omit<Settings, "secrets" | "proxies"> {
  const { store, queue, connections, start, from, to, force } = values;
  // By default beside what it tells of, where that is a directory.
  const beside = store.kind === "file" ? resolve(store.directory, "accrete.sqlite") : "";
  return {
    store,
    ledger: values.ledger ?? { kind: "sqlite", file: beside },
    datasets: values.datasets,
    queue,
    endpoints: {
      storage: values.storageEndpoint,
      firestore: values.firestoreHost,
      pubsub: values.pubsubHost,
    },
    sourceUrl: values.source,
    connections,
    leaseMs: values.lease,
    timeoutMs: values.timeout ?? Math.min(1000 * ackSecondsMax, values.platformTimeout),
    watchMs: values.watch,
    corsOrigins: values.cors,
    asOf: values.now,
    start,
    from,
    to,
    force,
  };
}

/** The range as the stages take it. */
export function rangeOf({ from, to, force }: Settings) {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), force };
}
