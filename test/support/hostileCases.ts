/** How hostile input is played: so many cases of a seed, and what a failure says so that it can be played again. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import fc from "fast-check";
import { casesOf, playsAll, sampleSeed } from "./sample.ts";

/** The part of all cases that is played: what is asserted of their number is asserted of so much of it. */
export const partPlayed = playsAll ? 1 : 0.2;

/**
 * Plays so many cases, or the sample's part of them. `ACCRETE_SEED` begins others; with `ACCRETE_PATH`, and the test's name as
 * `--test-name-pattern`, it first plays one of them again, and perhaps some that are like it.
 */
export async function playCases<Case>(
  t: TestContext,
  cases: number,
  arbitrary: fc.Arbitrary<Case>,
  play: (one: Case) => Promise<void> | void,
): Promise<void> {
  const { ACCRETE_PATH } = process.env;
  const numRuns = casesOf(t, { whole: cases, sample: Math.ceil(cases * partPlayed), what: "hostile inputs" });
  const only = ACCRETE_PATH === undefined ? {} : { path: ACCRETE_PATH, numRuns: 1 };
  const property = fc.asyncProperty(arbitrary, async (one) => void (await play(one)));
  const result = await fc.check(property, {
    seed: sampleSeed,
    numRuns,
    ...only,
  });
  if (result.failed) {
    const again = `ACCRETE_SEED=${result.seed} ACCRETE_PATH=${result.counterexamplePath}`;
    const { stack } = result.errorInstance as Error;
    const shown = fc.stringify(result.counterexample).slice(0, 2000);
    assert.fail(`case ${result.numRuns} (again: ${again}) ${shown}: ${stack}`);
  }
  t.diagnostic(`${result.numRuns} inputs`);
}

/** Asserts what is so of all the cases together, as how many of them came to a result: not where one is played again. */
export function assertOfAll(isSo: boolean, message: string): void {
  assert.ok(isSo || process.env.ACCRETE_PATH !== undefined, message);
}

type ErrorClass = abstract new (...given: never[]) => Error;

/** What `work` comes to, or the error that it is allowed to end with; any other is thrown on. */
export async function outcomeOf<Result>(
  work: () => Promise<Result> | Result,
  ...allowed: readonly ErrorClass[]
): Promise<{ readonly result: Result } | { readonly error: Error }> {
  try {
    return { result: await work() };
  } catch (error) {
    if (error instanceof Error && allowed.some((one) => error instanceof one)) return { error };
    throw error;
  }
}

/** Fails where a case has left something behind in what every object inherits. */
export function assertUnpolluted(): void {
  const strange = Object.keys(Object.prototype);
  for (const key in {}) strange.push(key);
  assert.deepEqual(strange, [], "members of Object.prototype");
}
