/**
 * Processes that take turns as a scheduler of fast-check has it, by a clock that goes on only when they do. Each call to a port is
 * a point where others may run, and where a process may be killed, or fall asleep for longer than its leases last.
 */
import assert from "node:assert/strict";
import { setImmediate as drained } from "node:timers/promises";
import type { Scheduler } from "fast-check";
import { createRepeat, type Repeat } from "../../../shared/repeating.ts";
import type { VirtualClock } from "../../support/memoryWiring.ts";

/** A process of the simulation. */
export interface Actor {
  readonly name: string;
  readonly isAlive: boolean;
  /** Resolves when it is this process's turn again: never, once it is dead. */
  turn(what: string): Promise<void>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly repeat: Repeat;
}

/** What befalls processes, as probabilities at each turn. */
export interface Fates {
  readonly killed: number;
  readonly asleep: number;
  /** The longest that a process then sleeps. */
  readonly sleepMs: number;
  /** Falls asleep until all are woken. */
  readonly asleepForLong: number;
  /** The clock jumps to what somebody waits for, though others could go on. */
  readonly jump: number;
  /** Calls that are few, and after which a process falls asleep so many times as often. */
  readonly drowsy?: { readonly what: RegExp; readonly times: number };
}

const calm: Fates = { killed: 0, asleep: 0, sleepMs: 0, asleepForLong: 0, jump: 0 };

export interface Simulation {
  /** `ended` is called when the process is done or was killed. What `work` throws ends the simulation. */
  spawn(name: string, work: (actor: Actor) => Promise<void>, ended: (actor: Actor) => void): void;
  /** Goes on until nobody is left at work but who sleeps for long. `between` runs between turns, while nobody moves. */
  run(fates: Fates, between: () => Promise<void> | void): Promise<void>;
  /** Wakes those who sleep for long, and goes on until all are done; nothing befalls them any more. */
  wakeAll(): Promise<void>;
  /** Processes that are awake, or will wake by themselves. */
  readonly active: number;
  /** The last turns that were taken, the latest last. */
  readonly trace: readonly string[];
}

const turnsMax = 20_000;
const traceLength = 80;

export function createSimulation(
  scheduler: Scheduler,
  clock: VirtualClock,
  random: () => number,
): Simulation {
  const timers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const active = new Set<Actor>();
  const sleepers = new Set<() => void>();
  const trace: string[] = [];
  let fates = calm;
  let failure: { readonly error: unknown } | undefined;

  function pass(ms: number): void {
    clock.now += ms;
    clock.asOf += ms;
  }

  function at(instant: number, wake: () => void): () => void {
    const timer = { at: instant, wake };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  function note(line: string): void {
    trace.push(`${String(clock.now % 1_000_000).padStart(6)} ${line}`);
    if (trace.length > traceLength) trace.shift();
  }

  function createActor(name: string, ended: (actor: Actor) => void): Actor & { end(): void } {
    let isAlive = true;
    let awakeAt = 0;
    const sleep = (what: string) => {
      const times = fates.drowsy?.what.test(what) ? fates.drowsy.times : 1;
      if (random() < times * fates.asleep) awakeAt = clock.now + Math.floor(random() * fates.sleepMs);
      if (random() >= times * fates.asleepForLong) return;
      note(`${name} falls asleep for long`);
      awakeAt = Number.POSITIVE_INFINITY;
      active.delete(actor);
      sleepers.add(() => {
        awakeAt = 0;
        active.add(actor);
      });
    };
    const untilAwake = () =>
      new Promise<void>((wake) => {
        if (Number.isFinite(awakeAt)) at(awakeAt, wake);
        else sleepers.add(wake);
      });
    const actor = {
      name,
      get isAlive() {
        return isAlive;
      },
      end() {
        active.delete(actor);
        ended(actor);
      },
      async turn(what: string) {
        await scheduler.schedule(Promise.resolve());
        while (isAlive && awakeAt > clock.now) await untilAwake();
        if (isAlive && random() < fates.killed) {
          note(`${name} dies before: ${what}`);
          isAlive = false;
          actor.end();
        }
        if (!isAlive) await new Promise<never>(() => undefined);
        note(`${name}: ${what}`);
        pass(1);
        sleep(what);
      },
      async wait(ms: number, signal: AbortSignal) {
        signal.throwIfAborted();
        await new Promise<void>((wake) => at(clock.now + ms, wake));
        await actor.turn("has waited");
        signal.throwIfAborted();
      },
      repeat: createRepeat((everyMs, tick) => {
        let cancel = () => {};
        const again = () => {
          cancel = at(clock.now + everyMs, () => {
            if (!isAlive) return;
            if (awakeAt <= clock.now) tick();
            again();
          });
        };
        again();
        return () => cancel();
      }),
    };
    return actor;
  }

  /** The clock goes on to what is awaited next. */
  function wakeNext(): void {
    const next = Math.min(...[...timers].map((timer) => timer.at));
    pass(Math.max(0, next - clock.now));
    for (const timer of [...timers].filter((timer) => timer.at <= clock.now)) {
      timers.delete(timer);
      timer.wake();
    }
  }

  async function run(given: Fates, between: () => Promise<void> | void): Promise<void> {
    fates = given;
    for (let turns = 0; ; turns++) {
      assert.ok(turns < turnsMax, `somebody still is at work after ${turnsMax} turns`);
      await drained();
      if (failure) throw failure.error;
      await between();
      const isWaiting = timers.size > 0 && active.size > 0;
      if (isWaiting && (scheduler.count() === 0 || random() < fates.jump)) wakeNext();
      else if (scheduler.count() > 0) await scheduler.waitNext(1);
      else return;
    }
  }

  return {
    get active() {
      return active.size;
    },
    trace,
    run,
    spawn(name, work, ended) {
      const actor = createActor(name, ended);
      active.add(actor);
      actor
        .turn("begins")
        .then(() => work(actor))
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .then(() => actor.end());
    },
    async wakeAll() {
      for (const wake of [...sleepers]) wake();
      sleepers.clear();
      await run(calm, () => undefined);
    },
  };
}
