import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { formatInstant, parseInstant } from "../shared/dataset/timeAxis.ts";
import { reasonOf, UsageError } from "../shared/errors.ts";
import { parseFtpUrl } from "../shared/source/ftpUrl.ts";

/** What a person may set, as typed: options first, then the environment, then the default. */
export interface TypedSettings {
  readonly store?: string | undefined;
  readonly ledger?: string | undefined;
  readonly source?: string | undefined;
  readonly now?: string | undefined;
  readonly start?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Settings {
  readonly storeDirectory: string;
  readonly ledgerFile: string;
  /** Replaces the descriptor's base URL. */
  readonly sourceUrl: string | undefined;
  readonly leaseMs: number;
  /** How often `--watch` looks, instead of what suits the dataset. */
  readonly watchMs: number | undefined;
  readonly asOf: number | undefined;
  readonly start: number | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

const defaultStore = "./data";
const defaultLeaseMs = 60_000;
const secondsMax = 3600;

/** Reads every setting. Throws one `UsageError` with all faults. */
export function readSettings(typed: TypedSettings, environment: NodeJS.ProcessEnv): Settings {
  const faults: string[] = [];
  const attempt = <Read>(read: () => Read, otherwise: Read): Read => {
    try {
      return read();
    } catch (error) {
      faults.push(...(error instanceof UsageError ? error.faults : [reasonOf(error)]));
      return otherwise;
    }
  };
  const instant = (name: "now" | "start" | "from" | "to") =>
    attempt(() => readInstant(`--${name}`, typed[name]), undefined);

  const store = typed.store ?? environment.ACCRETE_STORE ?? defaultStore;
  const ledger = typed.ledger ?? environment.ACCRETE_LEDGER;
  const source = typed.source ?? environment.ACCRETE_SOURCE;
  const nameOf = (name: "store" | "ledger") =>
    typed[name] === undefined ? `ACCRETE_${name.toUpperCase()}` : `--${name}`;
  const storeDirectory = attempt(() => readPath(nameOf("store"), store, "file:"), "");
  const settings: Settings = {
    storeDirectory,
    ledgerFile: attempt(
      () =>
        ledger === undefined
          ? resolve(storeDirectory, "accrete.sqlite")
          : readPath(nameOf("ledger"), ledger, "sqlite:"),
      "",
    ),
    sourceUrl: attempt(() => source && parseFtpUrl(source) && source, undefined),
    leaseMs: attempt(() => readSeconds("ACCRETE_LEASE_SECONDS", environment), undefined) ?? defaultLeaseMs,
    watchMs: attempt(() => readSeconds("ACCRETE_WATCH_SECONDS", environment), undefined),
    asOf: instant("now"),
    start: instant("start"),
    from: instant("from"),
    to: instant("to"),
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
    throw new UsageError([`${name} "${text}" is not a time in UTC: write it as 2014-04-01T21:00:00Z`]);
  return t;
}

/** A local path, or a URL of the one scheme. */
function readPath(name: string, text: string, scheme: "file:" | "sqlite:"): string {
  if (text === "") throw new UsageError([`${name} is empty`]);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) return resolve(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== scheme || url.host !== "" || url.pathname.length < 2) {
    throw new UsageError([`${name} "${text}" cannot be used: write a path, or ${scheme}///absolute/path`]);
  }
  return fileURLToPath(`file://${url.pathname}`);
}

/** In milliseconds. */
function readSeconds(name: string, environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[name];
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= secondsMax) return seconds * 1000;
  throw new UsageError([`${name} "${text}" is not a number of seconds from 1 to ${secondsMax}`]);
}
