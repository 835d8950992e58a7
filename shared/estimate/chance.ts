/** How many of the next so many things fail. */
export type Luck = (count: number) => number;

/** Luck of things that fail at a rate, whatever becomes of the others: the same for the same seed. */
export function createChance(seed: number): (rate: number) => Luck {
  let state = seed | 0 || 1;
  /** In [0, 1), by xorshift32. */
  function draw(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  }
  return (rate) => {
    // How many go well before the next that fails is distributed geometrically.
    const well = () =>
      rate > 0 ? Math.floor(Math.log(1 - draw()) / Math.log(1 - rate)) : Number.POSITIVE_INFINITY;
    let left = well();
    return (count) => {
      let failed = 0;
      for (left -= count; left < 0; left += 1 + well()) failed++;
      return failed;
    };
  };
}
