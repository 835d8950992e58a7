/** Every error that Accrete throws on purpose carries a literal `tag`, so that a caller can decide without reading prose. */
abstract class AccreteError extends Error {
  abstract readonly tag: string;
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = this.constructor.name;
  }
}

/** What a person typed or sent cannot be used. Each fault says what is wrong and what would be right; nothing was done. */
export class UsageError extends AccreteError {
  readonly tag = "usage";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("; "));
    this.faults = faults;
  }
}

/** A descriptor contradicts itself. All faults are listed; the remedy is in the descriptor's file. */
export class DescriptorError extends AccreteError {
  readonly tag = "descriptor";
  readonly id: string;
  readonly faults: readonly string[];
  constructor(id: string, faults: readonly string[], cause?: unknown) {
    super(`descriptor of "${id}": ${faults.join("; ")}`, { cause });
    this.id = id;
    this.faults = faults;
  }
}

/** The stored dataset is not what its descriptor says. Nothing was written; either side has to be changed by a person. */
export class DriftError extends AccreteError {
  readonly tag = "drift";
  readonly differences: readonly string[];
  constructor(id: string, differences: readonly string[]) {
    super(`dataset "${id}" in the store is not what the descriptor says: ${differences.join("; ")}`);
    this.differences = differences;
  }
}

/**
 * Store and ledger are not the two halves of one dataset, or not of one time. Nothing was written; a person gives those that
 * belong together, or has them reconciled.
 */
export class PairError extends AccreteError {
  readonly tag = "pair";
  readonly differences: readonly string[];
  constructor(id: string, differences: readonly string[]) {
    super(
      `dataset "${id}": store and ledger do not belong together: ${differences.join("; ")}; nothing was written: give the --store and --ledger that do, or \`accrete doctor ${id} --repair\` reconciles them`,
    );
    this.differences = differences;
  }
}

/**
 * - `unreachable`: no connection could be made; `refused`: the login was refused. Nothing else will work now: stop, try later.
 * - `listing`: a directory's listing is malformed or over the limit. The directory cannot be used as it is.
 * - `transfer`: one file failed after its retries, while the server still answers. Other files may work.
 */
export type SourceFault = "unreachable" | "refused" | "listing" | "transfer";

/** The provider could not give what was asked of it. The message names host and path, never a password. */
export class SourceError extends AccreteError {
  readonly tag = "source";
  readonly fault: SourceFault;
  constructor(fault: SourceFault, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}

/** Why a granule was not ingested; kept in the ledger and in the provenance. */
export type GranuleFault =
  | "notThere"
  | "transfer"
  | "size"
  | "notGzip"
  | "truncated"
  | "checksum"
  | "badData"
  | "trailing"
  | "tooLarge"
  | "header"
  | "time"
  | "layout"
  | "length"
  | "range";

/** One granule is unusable; the others of its batch are not concerned. It is recorded and tried again later. */
export class GranuleError extends AccreteError {
  readonly tag = "granule";
  readonly fault: GranuleFault;
  /** Whether what came may be the beginning of a file that is still being written. */
  readonly mayGrow: boolean;
  /** Whether what came in its place may be a server's way to say that it is not published yet. */
  readonly mayAppear: boolean;
  constructor(
    fault: GranuleFault,
    message: string,
    options: { cause?: unknown; mayGrow?: boolean; mayAppear?: boolean } = {},
  ) {
    super(message, options);
    this.fault = fault;
    this.mayGrow = options.mayGrow ?? false;
    this.mayAppear = options.mayAppear ?? false;
  }
}

/** The store, the ledger or the queue failed to do what was asked. What was recorded before stays true; try again later. */
export class StorageError extends AccreteError {
  readonly tag = "storage";
  readonly operation: string;
  readonly key: string;
  constructor(operation: string, key: string, message: string, options?: { cause?: unknown }) {
    super(`${operation} ${key}: ${message}`, options);
    this.operation = operation;
    this.key = key;
  }
}

/**
 * Something that is stored or sent is of a later form than this build knows: what it means cannot be told. It is left as it
 * is; whoever runs this build has to upgrade it.
 */
export class NewerSchemaError extends AccreteError {
  readonly tag = "newer";
  readonly what: string;
  readonly schema: number;
  constructor(what: string, schema: number, known: number) {
    super(
      `${what} was written by a newer Accrete (schema ${schema}; this one knows ${known}): it is left as it is; upgrade this one`,
    );
    this.what = what;
    this.schema = schema;
  }
}

/** Others were quicker as often as the limit allows, or took the lease over. Nothing is lost: the next round does the rest. */
export class ContentionError extends AccreteError {
  readonly tag = "contention";
}

/** The first line of what any thrown value says, with its cause where that adds something; at most `charactersMax` long. */
export function reasonOf(thrown: unknown, charactersMax = 300): string {
  const message = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return (message.split("\n", 1)[0] ?? "").slice(0, charactersMax);
}

const shownCharactersMax = 80;

/** A value as it can be repeated in a message, whatever was given. */
export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return JSON.stringify(value.slice(0, shownCharactersMax));
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const isPlain = value === null || typeof value === "number" || typeof value === "boolean";
  return isPlain ? String(value) : `a ${typeof value}`;
}
