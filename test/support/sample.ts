/**
 * How much of the long proofs a run plays: with `ACCRETE_ALL=1` (`npm run test:all`) all of it, else a sample in which each kind of
 * case still comes. The seed is fixed, so that a test which passed fails for what has changed and for nothing else, and so that
 * a failure can be played again; `ACCRETE_SEED` chooses another. What is left out is told, and `report.ts` adds it up.
 */
import type { TestContext } from "node:test";
import { seeded } from "./seeded.ts";

export const playsAll = process.env.ACCRETE_ALL === "1";
export const sampleSeed = Number(process.env.ACCRETE_SEED ?? 20_261_125);

type Told = Pick<TestContext, "diagnostic">;

/** The `skip` of a test that only the whole plays: a reason, or `false`. */
export const onlyInAll = playsAll ? false : "npm run test:all plays it";

/** How many cases to play, of those that a seed makes: the whole number of them, or as many as a sample has. */
export function casesOf(
  t: Told,
  { whole, sample, what }: { readonly whole: number; readonly sample: number; readonly what: string },
): number {
  if (playsAll) return whole;
  tellLeftOut(t, { count: whole - sample, whole, what });
  return sample;
}

/** A sample has each fifth of cases that come one after the other until there are no more. */
export const everySampled = playsAll ? 1 : 5;

/** All the cases, or one of each kind. */
export function sampled<Case>(
  t: Told,
  cases: readonly Case[],
  { kindOf, what }: { kindOf: (one: Case) => string; what: string },
): readonly Case[] {
  if (playsAll) return cases;
  const random = seeded(sampleSeed);
  const kinds = [...Map.groupBy(cases, kindOf).values()];
  const chosen = kinds.map((kind) => kind[Math.floor(random() * kind.length)] as Case);
  tellLeftOut(t, { count: cases.length - chosen.length, whole: cases.length, what });
  return chosen;
}

/** What one test left out. */
export interface LeftOut {
  readonly count: number;
  readonly whole: number;
  readonly what: string;
}

/** Tells it, so that `readLeftOut` finds it. */
export function tellLeftOut(t: Told, { count, whole, what }: LeftOut): void {
  if (count > 0) t.diagnostic(`left out: ${count} of ${whole} ${what} (seed ${sampleSeed})`);
}

/** What a diagnostic tells of it; `undefined` if it is about something else. */
export function readLeftOut(diagnostic: string): LeftOut | undefined {
  const [, count, whole, what] = /^left out: (\d+) of (\d+) (.+) \(seed \d+\)$/.exec(diagnostic) ?? [];
  return what === undefined ? undefined : { count: Number(count), whole: Number(whole), what };
}
