/**
 * What became of a conditional write without a clear answer. It may have happened although no answer came; and one that a
 * client repeats for that meets its own first try, and is refused by it. Who takes that for another's write, or writes
 * again, undoes what is there. So each write bears an id that no other has, and what exists tells.
 *
 * The same in https://github.com/earth-mover/icechunk, design-docs/017-conditional-put-lost-response.md.
 */
export interface LostWrite<Existing> {
  readonly writeId: string;
  /** What exists, also where that is nothing; `undefined` where that cannot be found out. */
  readonly readBack: () => Promise<Existing | undefined>;
  /** Whether another's write there, or nothing, means that the condition did not hold. */
  readonly isRefused: (existing: Existing) => boolean;
  /** To be thrown where the write did not happen, or nobody knows. */
  readonly failure: unknown;
}

/** What exists, where it is this write; `undefined` where the condition did not hold. Throws the write's failure. */
export async function resolveLostWrite<Existing extends { readonly writeId?: string | undefined }>({
  writeId,
  readBack,
  isRefused,
  failure,
}: LostWrite<Existing>): Promise<Existing | undefined> {
  const existing = await readBack();
  if (existing?.writeId === writeId) return existing;
  if (existing && isRefused(existing)) return undefined;
  throw failure;
}
