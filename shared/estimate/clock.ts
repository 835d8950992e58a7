/** A wait: so many milliseconds, or until whoever is handed `resume` calls it. */
export type Wait = number | ((resume: () => void) => void);

/** Something that happens over time: it yields whenever it waits. */
export type Process<Result = void> = Generator<Wait, Result, void>;

/**
 * A clock that stands at the next thing to happen. What happens at the same instant happens in the order it was
 * planned.
 */
export interface VirtualClock {
  /** Milliseconds since the beginning. */
  readonly now: number;
  after(ms: number, happen: () => void): void;
  start(process: Process): void;
  /** Lets everything happen. */
  run(): void;
}

export function createClock(): VirtualClock {
  /** The next last. There are few: one for each instance and each plan. */
  const agenda: { readonly at: number; readonly happen: () => void }[] = [];
  let now = 0;

  function after(ms: number, happen: () => void): void {
    const at = now + ms;
    let place = agenda.length;
    while (place > 0 && (agenda[place - 1] as { at: number }).at <= at) place--;
    agenda.splice(place, 0, { at, happen });
  }

  function start(process: Process): void {
    const { done, value } = process.next();
    if (done) return;
    if (typeof value === "number") after(value, () => start(process));
    else value(() => start(process));
  }

  return {
    get now() {
      return now;
    },
    after,
    start,
    run() {
      for (let next = agenda.pop(); next; next = agenda.pop()) {
        now = next.at;
        next.happen();
      }
    },
  };
}
