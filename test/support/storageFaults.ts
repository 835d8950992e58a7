/** Every kind of call, after the method of the JSON API that it is. */
export type StorageOperation =
  | "insert"
  | "startUpload"
  | "uploadChunk"
  | "cancelUpload"
  | "media"
  | "metadata"
  | "delete"
  | "list"
  | "bucket"
  /** A read at `/BUCKET/OBJECT`, as anybody reads what is public. */
  | "public";

/**
 * What goes wrong with a call.
 * - `tooManyRequests` 429, `unavailable` 503, `resetBefore`, `hang`: the call has no effect.
 * - `unavailableAfter`, `resetAfter`, `hangAfter`: it has, but its answer is another, or is lost, or never comes.
 * - `brokenBody`, `stalledBody`, `wrongBytes`: only bodies of objects; after `faultAfterBytes` the connection is reset,
 *   or nothing more comes, or all has come but one byte is another.
 */
export const storageFaultKinds = [
  "tooManyRequests",
  "unavailable",
  "unavailableAfter",
  "resetBefore",
  "resetAfter",
  "hang",
  "hangAfter",
  "brokenBody",
  "stalledBody",
  "wrongBytes",
] as const;
export type StorageFaultKind = (typeof storageFaultKinds)[number];

/** What goes wrong. Set at the start, and changed at any time through `server.faults`: so many further calls of each kind. */
export type StorageFaults = Record<StorageFaultKind, number> & {
  faultAfterBytes: number;
  /** So many further calls that would fail by order go well before. */
  sparedCalls: number;
  /** What happens once a call that fails has had its effect, before its caller can notice. */
  meanwhile: ((name: string) => Promise<void>) | undefined;
  /** Only calls of these operations; without it, all. */
  operations: readonly StorageOperation[] | undefined;
  /** Only calls for names that match; without it, all. */
  names: RegExp | undefined;
  /** So great a share of all calls, in 0..1, fails at random in one of `shareKinds`. */
  share: number;
  shareKinds: readonly StorageFaultKind[];
  /** Refused with 403, as where a permission is missing. */
  readonly forbidden: Set<StorageOperation>;
  /** Before each answer; the effect comes before it. */
  latencyMs: number;
};

const bodyKinds: readonly StorageFaultKind[] = ["brokenBody", "stalledBody", "wrongBytes"];
/** Only what ends by itself, so that no soak test waits for a timeout. */
const shareKindsDefault = storageFaultKinds.filter(
  (kind) => kind !== "hang" && kind !== "hangAfter" && kind !== "stalledBody",
);

export function noStorageFaults(): StorageFaults {
  const none = Object.fromEntries(storageFaultKinds.map((kind) => [kind, 0])) as Record<
    StorageFaultKind,
    number
  >;
  return {
    ...none,
    faultAfterBytes: 0,
    sparedCalls: 0,
    meanwhile: undefined,
    operations: undefined,
    names: undefined,
    share: 0,
    shareKinds: shareKindsDefault,
    forbidden: new Set(),
    latencyMs: 0,
  };
}

/**
 * What goes wrong with this call, if anything; one that was ordered is used up. None is at random what nobody could notice: a
 * part of an object comes without a checksum of its own.
 */
export function takeFault(
  faults: StorageFaults,
  operation: StorageOperation,
  name: string,
  random: () => number,
  isPart = false,
): StorageFaultKind | undefined {
  if (faults.operations && !faults.operations.includes(operation)) return undefined;
  if (faults.names && !faults.names.test(name)) return undefined;
  const hasBody = operation === "media" || operation === "public";
  const fits = (kind: StorageFaultKind) => hasBody || !bodyKinds.includes(kind);
  const ordered = storageFaultKinds.find((kind) => faults[kind] > 0 && fits(kind));
  if (ordered && faults.sparedCalls > 0) {
    faults.sparedCalls--;
    return undefined;
  }
  if (ordered) {
    faults[ordered]--;
    return ordered;
  }
  if (faults.share === 0 || random() >= faults.share) return undefined;
  const kinds = faults.shareKinds.filter((kind) => fits(kind) && !(isPart && kind === "wrongBytes"));
  return kinds[Math.floor(random() * kinds.length)];
}
