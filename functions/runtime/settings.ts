import { resolve } from "node:path";
import { formatInstant, parseInstant } from "../../shared/dataset/timeAxis.ts";
import { reasonOf, UsageError } from "../../shared/errors.ts";
import { parseFtpUrl, redactUrl } from "../../shared/source/ftp/url.ts";
import {
  type LedgerLocation,
  type QueueLocation,
  readLedgerLocation,
  readQueueLocation,
  readStoreLocation,
  type StoreLocation,
} from "./locations.ts";

/** What a person may set, as typed: options first, then the environment, then the default. */
export interface TypedSettings {
  readonly store?: string | undefined;
  readonly ledger?: string | undefined;
  readonly queue?: string | undefined;
  readonly source?: string | undefined;
  readonly now?: string | undefined;
  readonly start?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cors?: readonly string[] | undefined;
}

export interface Settings {
  readonly store: StoreLocation;
  readonly ledger: LedgerLocation;
  /** Where events, and requests to the cloud's workers, are published. */
  readonly queue: QueueLocation | undefined;
  /** Servers in place of Google's, as emulators are. */
  readonly endpoints: Endpoints;
  /** Replaces the descriptor's base URL. */
  readonly sourceUrl: string | undefined;
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
}

export interface Endpoints {
  /** A URL. */
  readonly storage: string | undefined;
  /** HOST:PORT, by the names of variables that Google's clients know too. */
  readonly firestore: string | undefined;
  readonly pubsub: string | undefined;
}

/** A setting as it was given, and by which name. */
interface Given {
  readonly name: string;
  readonly text: string | undefined;
}

const defaultStore = "./data";
const defaultLeaseMs = 60_000;
/** What Cloud Functions gives an HTTP function where nothing else is set. */
const defaultTimeoutMs = 60_000;
const secondsMax = 3600;
/** Pub/Sub waits no longer for an answer: what took longer would be delivered again while it goes on. */
const ackSecondsMax = 600;
const connectionsMax = 1000;

/**
 * Reads every setting. What may differ from dataset to dataset is looked for under the variable's name with the id behind
 * it first, as in `ACCRETE_SOURCE_TRMM_3B42RT`. Throws one `UsageError` with all faults.
 */
export function readSettings(typed: TypedSettings, environment: NodeJS.ProcessEnv, id = ""): Settings {
  const faults: string[] = [];
  const attempt = <Read>(read: () => Read, otherwise: Read): Read => {
    try {
      return read();
    } catch (error) {
      faults.push(...(error instanceof UsageError ? error.faults : [reasonOf(error)]));
      return otherwise;
    }
  };
  const given = (
    name: Exclude<keyof TypedSettings, "cors">,
    variable = `ACCRETE_${name.toUpperCase()}`,
  ): Given =>
    typed[name] === undefined
      ? { name: variable, text: environment[variable] }
      : { name: `--${name}`, text: typed[name] };
  const givenFor = (name: "source" | "start") => {
    const own = `ACCRETE_${name.toUpperCase()}_${id.toUpperCase().replaceAll("-", "_")}`;
    return environment[own] === undefined ? given(name) : given(name, own);
  };
  const instant = (name: string, text: string | undefined) =>
    attempt(() => readInstant(name, text), undefined);

  const [storeGiven, ledgerGiven, queueGiven] = [given("store"), given("ledger"), given("queue")];
  const [sourceGiven, startGiven] = [givenFor("source"), givenFor("start")];
  const store = attempt<StoreLocation>(
    () => readStoreLocation(storeGiven.name, storeGiven.text ?? defaultStore),
    {
      kind: "file",
      directory: "",
      text: "",
    },
  );
  const settings: Settings = {
    store,
    ledger: attempt<LedgerLocation>(() => readLedger(store, ledgerGiven), { kind: "sqlite", file: "" }),
    queue: attempt(
      () => (queueGiven.text === undefined ? undefined : readQueueLocation(queueGiven.name, queueGiven.text)),
      undefined,
    ),
    endpoints: {
      storage: attempt(() => readEndpoint("ACCRETE_STORAGE_ENDPOINT", environment), undefined),
      firestore: environment.FIRESTORE_EMULATOR_HOST,
      pubsub: environment.PUBSUB_EMULATOR_HOST,
    },
    sourceUrl: attempt(() => readSource(sourceGiven), undefined),
    connections: attempt(() => readCount("ACCRETE_CONNECTIONS", environment, connectionsMax), undefined),
    leaseMs: attempt(() => readSeconds("ACCRETE_LEASE_SECONDS", environment), undefined) ?? defaultLeaseMs,
    timeoutMs:
      attempt(() => readSeconds("ACCRETE_TIMEOUT_SECONDS", environment, ackSecondsMax), undefined) ??
      Math.min(
        1000 * ackSecondsMax,
        attempt(() => readSeconds("CLOUD_RUN_TIMEOUT_SECONDS", environment), undefined) ?? defaultTimeoutMs,
      ),
    watchMs: attempt(() => readSeconds("ACCRETE_WATCH_SECONDS", environment), undefined),
    corsOrigins: attempt(() => readOrigins(typed.cors, environment), []),
    asOf: instant("--now", typed.now),
    start: instant(startGiven.name, startGiven.text),
    from: instant("--from", typed.from),
    to: instant("--to", typed.to),
  };
  const { from, to } = settings;
  if (from !== undefined && to !== undefined && from > to) {
    faults.push(`--from ${formatInstant(from)} is after --to ${formatInstant(to)}: swap them`);
  }
  if (faults.length > 0) throw new UsageError(faults);
  return settings;
}

function readInstant(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const t = parseInstant(text);
  if (t === undefined)
    throw new UsageError([
      `${name} "${redactUrl(text)}" is not a time in UTC: write it as 2014-04-01T21:00:00Z`,
    ]);
  return t;
}

/** By default beside what it tells of, where that is a directory. */
function readLedger(store: StoreLocation, given: Given): LedgerLocation {
  if (given.text !== undefined) return readLedgerLocation(given.name, given.text);
  if (store.kind === "file") return { kind: "sqlite", file: resolve(store.directory, "accrete.sqlite") };
  throw new UsageError([
    `a store in a bucket needs --ledger or ACCRETE_LEDGER: firestore://PROJECT/DATABASE, or a file on this machine`,
  ]);
}

function readSource({ name, text }: Given): string | undefined {
  if (text === undefined) return undefined;
  try {
    parseFtpUrl(text);
    return text;
  } catch (error) {
    if (name === "--source" || !(error instanceof UsageError)) throw error;
    throw new UsageError(error.faults.map((fault) => `${name}: ${fault}`));
  }
}

/** As browsers name them: scheme, host, and port where it is not the scheme's. */
function readOrigins(
  typed: readonly string[] | undefined,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  const name = typed ? "--cors" : "ACCRETE_CORS_ORIGINS";
  const given = typed ?? environment.ACCRETE_CORS_ORIGINS?.split(",").map((text) => text.trim()) ?? [];
  const origins = given.filter((text) => text !== "");
  const faulty = origins.filter((text) => text !== "*" && !isOrigin(text));
  if (faulty.length === 0) return origins;
  throw new UsageError(
    faulty.map(
      (text) => `${name} "${redactUrl(text)}" is not an origin: write https://example.org, or * for all`,
    ),
  );
}

function isOrigin(text: string): boolean {
  const isPlain = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?$/.test(text);
  return isPlain && URL.canParse(text) && new URL(text).origin === text;
}

function readEndpoint(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const text = environment[name];
  if (text === undefined || /^https?:\/\/[^/]+\/?$/.test(text)) return text;
  throw new UsageError([`${name} "${redactUrl(text)}" is not http://host:port`]);
}

/** A whole number from 1. */
function readCount(name: string, environment: NodeJS.ProcessEnv, most: number): number | undefined {
  const text = environment[name];
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError([`${name} "${redactUrl(text)}" is not a whole number from 1 to ${most}`]);
}

/** In milliseconds. */
function readSeconds(name: string, environment: NodeJS.ProcessEnv, most = secondsMax): number | undefined {
  const text = environment[name];
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= most) return seconds * 1000;
  throw new UsageError([`${name} "${redactUrl(text)}" is not a number of seconds from 1 to ${most}`]);
}
