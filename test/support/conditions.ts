/** Things that are awaited until they hold. */
export interface Conditions {
  /** Resolves once `holds` says so; it is asked now, and again whenever something has changed. */
  until(holds: () => boolean): Promise<void>;
  /** To be called when something has changed. */
  changed(): void;
}

export function createConditions(): Conditions {
  const awaited = new Set<() => void>();
  return {
    until(holds) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = () => {
        if (!holds()) return;
        awaited.delete(check);
        resolve();
      };
      awaited.add(check);
      check();
      return promise;
    },
    changed() {
      for (const check of [...awaited]) check();
    },
  };
}
