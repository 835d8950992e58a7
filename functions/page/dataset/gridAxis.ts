/** One axis of a grid: its cells' centres, evenly or unevenly spaced, rising or falling. */
export interface GridAxis {
  readonly count: number;
  /** The outer edges of the cells: the smaller, then the larger. Longitudes may go past 180 or 360. */
  readonly from: number;
  readonly to: number;
  /** The centre of a cell. */
  at(cell: number): number;
  /** The cell that a coordinate lies in; `undefined` outside of the edges. */
  cellOf(coordinate: number): number | undefined;
  /** The cell under the middle of each of `count` equal parts of the axis, from `from` to `to`. */
  readonly resampled: Uint32Array;
}

/** An axis of at least one cell, by its centres. */
export function gridAxisOf(centres: ArrayLike<number>): GridAxis {
  const count = centres.length;
  const at = (cell: number) => centres[cell] as number;
  const first = at(0);
  const isRising = count < 2 || at(count - 1) > first;
  /** The cell with this index, counted from the smaller end. */
  const cellAt = (i: number) => (isRising ? i : count - 1 - i);
  const edges = edgesOf(Array.from({ length: count }, (_, i) => at(cellAt(i))));
  const [from, to] = [edges[0] as number, edges[count] as number];
  const cellOf = (coordinate: number) => {
    if (!(coordinate >= from && coordinate <= to)) return undefined;
    return cellAt(intervalOf(edges, coordinate));
  };
  const resampled = Uint32Array.from(
    { length: count },
    (_, i) => cellOf(from + ((i + 0.5) * (to - from)) / count) as number,
  );
  return { count, from, to, at, cellOf, resampled };
}

/** Longitudes as an axis that does not jump where they pass 180 or 360. */
export function longitudeAxisOf(centres: ArrayLike<number>): GridAxis {
  const unwound = Array.from(centres);
  const isRising = risingSteps(unwound) * 2 >= unwound.length - 1;
  for (let cell = 1; cell < unwound.length; cell++) {
    const last = unwound[cell - 1] as number;
    while (isRising && (unwound[cell] as number) < last) (unwound[cell] as number) += 360;
    while (!isRising && (unwound[cell] as number) > last) (unwound[cell] as number) -= 360;
  }
  const axis = gridAxisOf(unwound);
  const cellOf = (longitude: number) =>
    axis.cellOf(longitude + Math.ceil((axis.from - longitude) / 360) * 360);
  return { ...axis, cellOf };
}

/** Halfway between the centres, and as far beyond the outer ones. */
function edgesOf(centres: readonly number[]): readonly number[] {
  const at = (i: number) => centres[i] as number;
  const last = centres.length - 1;
  if (last < 1) return [at(0) - 0.5, at(0) + 0.5];
  const between = centres.slice(1).map((centre, i) => (centre + at(i)) / 2);
  return [at(0) - (at(1) - at(0)) / 2, ...between, at(last) + (at(last) - at(last - 1)) / 2];
}

function risingSteps(centres: readonly number[]): number {
  return centres.filter((centre, cell) => cell > 0 && centre > (centres[cell - 1] as number)).length;
}

/** Which interval between neighbouring `edges` a coordinate inside of them lies in. */
function intervalOf(edges: readonly number[], coordinate: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= coordinate) low = middle;
    else high = middle - 1;
  }
  return low;
}
