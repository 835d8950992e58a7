/** Of the names, what was probably meant: one that begins so, or differs in few letters. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const [word, lower] = [typed.slice(0, lettersMax).toLowerCase(), names.map((name) => name.toLowerCase())];
  const begun = lower.filter((name) => word.length > 1 && name.startsWith(word));
  if (begun.length === 1) return names[lower.indexOf(begun[0] as string)];
  const distances = lower.map((name) => distance(word, name));
  const least = Math.min(...distances);
  return least <= Math.max(2, Math.floor(word.length / 3)) ? names[distances.indexOf(least)] : undefined;
}

const lettersMax = 100;

/** How many letters have to be put in, taken out or changed: Levenshtein's distance, a row at a time. */
function distance(from: string, to: string): number {
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
