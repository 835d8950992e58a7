import { StorageError } from "../errors.ts";

/** Names one version of one object. Opaque: it is only ever compared and handed back. */
export type Generation = string;

/** The generation of an object that does not exist: a put on this condition creates. */
export const ABSENT: Generation = "0";

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly generation: Generation;
}

export interface ObjectHeaders {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** An object as it stands when it is opened, to be read in parts. Whoever opens it closes it. */
export interface OpenedObject {
  readonly generation: Generation;
  readonly sizeBytes: number;
  /**
   * Its bytes from `first` up to and without `end`, in pieces, each read when it is asked for, and overwritten as soon as the
   * next one is: memory is not to grow with the object. They are of this generation alone: a `StorageError` is thrown where it was replaced or deleted meanwhile and is gone.
   */
  read(first: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** An expected race is a value, not an exception. */
export type PutResult =
  | { readonly outcome: "written"; readonly generation: Generation }
  | { readonly outcome: "preconditionFailed" };

export type DeleteResult = { readonly outcome: "deleted" } | { readonly outcome: "preconditionFailed" };

/**
 * Versioned objects with compare-and-set by generation. Keys are relative paths with `/` between segments.
 * Missing is `undefined`; failure throws a `StorageError`; an aborted signal rejects with its reason.
 * A reader sees an object whole, old or new, at every instant.
 */
export interface Store {
  read(key: string, signal: AbortSignal): Promise<StoredObject | undefined>;
  /** For whoever hands an object on, or wants a part of it: no byte is read before it is asked for. `signal` ends that too. */
  open(key: string, signal: AbortSignal): Promise<OpenedObject | undefined>;
  /**
   * Puts the object if its generation still is `ifGenerationMatch`. An adapter whose answers can get lost resolves that
   * itself: `preconditionFailed` means that somebody else's write stands, never that this very call's own does.
   */
  put(
    key: string,
    bytes: Uint8Array,
    ifGenerationMatch: Generation,
    headers: ObjectHeaders,
    signal: AbortSignal,
  ): Promise<PutResult>;
  /**
   * Removes the object if its generation still is `ifGenerationMatch`. `preconditionFailed`: another stands, or none did. An
   * adapter whose answers can get lost resolves that itself: where the object went by this very call, it is `deleted`.
   */
  delete(key: string, ifGenerationMatch: Generation, signal: AbortSignal): Promise<DeleteResult>;
  /** The keys that start with `prefix`, sorted. */
  list(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
}

const keyBytesMax = 1024;
const segmentBytesMax = 255;

/** Throws unless `key` is a relative path that stays inside the store on every adapter. */
export function assertKey(operation: string, key: string): void {
  const refuse = (why: string) => {
    throw new StorageError(operation, JSON.stringify(key.slice(0, 80)), `not a usable key: ${why}`);
  };
  const bytesOf = (text: string) => new TextEncoder().encode(text).length;
  if (key === "" || bytesOf(key) > keyBytesMax) refuse(`its length is not 1..${keyBytesMax} bytes`);
  if (!key.isWellFormed()) refuse("it holds half a surrogate pair");
  if (/[\p{Cc}\\]/u.test(key)) refuse("it holds a control character or a backslash");
  for (const segment of key.split("/")) {
    if (segment === "" || segment === "." || segment === "..") refuse("it has an empty, '.' or '..' segment");
    if (bytesOf(segment) > segmentBytesMax) refuse(`a segment is over ${segmentBytesMax} bytes`);
  }
}

/** Throws unless `prefix` is empty, or a usable key with or without a `/` at its end. */
export function assertPrefix(operation: string, prefix: string): void {
  if (prefix !== "") assertKey(operation, prefix.replace(/\/$/, ""));
}
