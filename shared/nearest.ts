/** Of the names, what was probably meant: one that begins so, or differs in few letters. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const word = typed.slice(0, lettersMax).toLowerCase();
  const begun = names.filter((name) => word.length > 1 && name.toLowerCase().startsWith(word));
  if (begun.length === 1) return begun[0];
  const likest = closest(typed, names);
  const mayBeMeant = Math.max(2, Math.floor(word.length / 3));
  return likest !== undefined && distance(typed, likest) <= mayBeMeant ? likest : undefined;
}

/** The name that differs from `typed` in the fewest letters, the first of several; `undefined` where there are no names. */
export function closest(typed: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => distance(typed, name));
  const least = distances.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  return names[distances.indexOf(least)];
}

/** Letters of a name that are compared. */
const lettersMax = 100;

/**
 * How many letters have to be put in, taken out or changed, whatever their case: Levenshtein's distance, a row at a
 * time.
 */
function distance(typed: string, name: string): number {
  const [from, to] = [typed, name].map((text) => text.slice(0, lettersMax).toLowerCase()) as [string, string];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [k, other] of [...to].entries()) {
      const changed = (row[k] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[k + 1] as number) + 1, (next[k] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
