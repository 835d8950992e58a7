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
export function casesOf(t: Told, { whole, sample, what }: { whole: number; sample: number; what: string }) {
  return playsAll ? whole : toldOf(t, Math.min(sample, whole), whole, what);
}

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
  toldOf(t, chosen.length, cases.length, what);
  return chosen;
}

function toldOf(t: Told, played: number, whole: number, what: string): number {
  if (played < whole) t.diagnostic(leftOut.write({ count: whole - played, whole, what }));
  return played;
}

/** What was left out of one test, and how that is told: the two ends of one diagnostic. */
export interface LeftOut {
  readonly count: number;
  readonly whole: number;
  readonly what: string;
}

export const leftOut = {
  write: ({ count, whole, what }: LeftOut) => `left out: ${count} of ${whole} ${what} (seed ${sampleSeed})`,
  read(message: string): LeftOut | undefined {
    const [, count, whole, what] = /^left out: (\d+) of (\d+) (.+) \(seed \d+\)$/.exec(message) ?? [];
    return what === undefined ? undefined : { count: Number(count), whole: Number(whole), what };
  },
};
