import { isLatitude, isLongitude } from "../../../shared/dataset/degrees.ts";
import type { Sized } from "./chunkCache.ts";
import type { Meaning } from "./fieldMetadata.ts";
import { longitudeSideOf, type Side, sideOf } from "./gridAxis.ts";

/** A decoded chunk, as it is stored. */
export interface NumberChunk extends Sized {
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
  readonly stride: readonly number[];
}

/** A dimension of an array, and the coordinate that names its places. */
export interface Dimension {
  readonly name: string;
  readonly count: number;
  /** Of the coordinate. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `undefined` where the dimension has no coordinate. */
  values(): Promise<Float64Array | undefined>;
}

/** The sides of a grid as it is looked at: rows lie below each other. */
export interface Plane {
  readonly rows: Side;
  readonly columns: Side;
  /** Whether rows are latitudes and columns longitudes; else both are plain numbers. */
  readonly isEarth: boolean;
  readonly names: { readonly row: string; readonly column: string };
}

/** One timestep of a field. */
export interface Grid {
  readonly index: number;
  readonly plane: Plane;
  /** As stored. The value at (row, column) is at `offset + row * rowStride + column * columnStride`. */
  readonly stored: ArrayLike<number> | ArrayLike<bigint>;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A place in a grid. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** An array that can be looked at as a map. Its methods throw an Error with a sentence for people. */
export interface Field {
  readonly name: string;
  readonly meaning: Meaning;
  /** Timesteps in a chunk. */
  readonly chunkLength: number;
  /** Dimensions of which only the first place is shown. */
  readonly hidden: readonly string[];
  grid(index: number, signal?: AbortSignal): Promise<Grid>;
  /** What a cell holds at each timestep that the chunk has room for, unpacked. */
  series(chunk: number, cell: Cell, signal?: AbortSignal): Promise<Float64Array>;
}

export interface Stored {
  readonly name: string;
  readonly meaning: Meaning;
  /** The append dimension first. */
  readonly dimensions: readonly Dimension[];
  readonly chunkLength: number;
  chunk(place: number, signal?: AbortSignal): Promise<NumberChunk>;
}

/** The field of an array whose chunks hold whole grids. */
export function createField(stored: Stored): Field {
  const { name, meaning, dimensions, chunkLength } = stored;
  const facing = facingOf(dimensions);
  let plane: Promise<Plane> | undefined;
  const planeOnce = () => {
    plane ??= planeOf(facing).catch((error) => {
      plane = undefined;
      throw error;
    });
    return plane;
  };
  const strides = ({ stride }: NumberChunk) => ({
    timeStride: stride[0] as number,
    rowStride: stride[facing.rowAxis] ?? 0,
    columnStride: stride[facing.columnAxis] as number,
  });
  return {
    name,
    meaning,
    chunkLength,
    hidden: dimensions.slice(1, -2).map((dimension) => dimension.name),
    async grid(index, signal) {
      const place = Math.floor(index / chunkLength);
      const [chunk, whole] = await Promise.all([stored.chunk(place, signal), planeOnce()]);
      const { timeStride, rowStride, columnStride } = strides(chunk);
      const offset = (index - place * chunkLength) * timeStride;
      return { index, plane: whole, stored: chunk.data, offset, rowStride, columnStride };
    },
    async series(place, { row, column }, signal) {
      const chunk = await stored.chunk(place, signal);
      const { timeStride, rowStride, columnStride } = strides(chunk);
      const first = row * rowStride + column * columnStride;
      return Float64Array.from({ length: chunkLength }, (_, step) =>
        meaning.unpack(chunk.data[first + step * timeStride] as number | bigint),
      );
    },
  };
}

/** What a cell holds; NaN where it holds nothing. */
export function valueAt(
  { stored, offset, rowStride, columnStride }: Grid,
  meaning: Meaning,
  cell: Cell,
): number {
  return meaning.unpack(
    stored[offset + cell.row * rowStride + cell.column * columnStride] as number | bigint,
  );
}

interface Facing {
  readonly row: Dimension | undefined;
  readonly column: Dimension;
  readonly rowAxis: number;
  readonly columnAxis: number;
  readonly isEarth: boolean;
}

/** The last two dimensions, turned so that north is up where they are longitude and latitude. */
function facingOf(dimensions: readonly Dimension[]): Facing {
  const [last, before] = [dimensions.length - 1, dimensions.length - 2];
  const [row, column] = [before > 0 ? dimensions[before] : undefined, dimensions[last] as Dimension];
  if (row && isLongitude(row) && isLatitude(column))
    return { row: column, column: row, rowAxis: last, columnAxis: before, isEarth: true };
  const isEarth = row !== undefined && isLatitude(row) && isLongitude(column);
  return { row, column, rowAxis: row ? before : dimensions.length, columnAxis: last, isEarth };
}

async function planeOf({ row, column, isEarth }: Facing): Promise<Plane> {
  const names = { row: row?.name ?? "", column: column.name };
  if (!isEarth || !row) {
    // The first row is the uppermost, as in a table.
    const rows = sideOf(Array.from({ length: row?.count ?? 1 }, (_, place) => -place));
    return {
      rows,
      columns: sideOf(Array.from({ length: column.count }, (_, place) => place)),
      isEarth: false,
      names,
    };
  }
  const [latitudes, longitudes] = await Promise.all([row.values(), column.values()]);
  return {
    rows: sideOf(latitudes ?? []),
    columns: longitudeSideOf(longitudes ?? []),
    isEarth,
    names,
  };
}
