import { isLatitude, isLongitude } from "../../../shared/dataset/degrees.ts";
import type { Sized } from "./chunkCache.ts";
import type { FieldMetadata } from "./fieldMetadata.ts";
import { type GridAxis, gridAxisOf, longitudeAxisOf } from "./gridAxis.ts";

/** A decoded chunk, as it is stored. */
export interface NumberChunk extends Sized {
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
  readonly stride: readonly number[];
}

/** A dimension of an array, with its coordinate. */
export interface Dimension {
  readonly name: string;
  readonly count: number;
  /** Of the coordinate. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `undefined` where the dimension has no coordinate. */
  values(): Promise<Float64Array | undefined>;
}

/** The axes of a grid as it is drawn: rows lie below each other. */
export interface Plane {
  readonly rows: GridAxis;
  readonly columns: GridAxis;
  /** Whether rows are latitudes and columns longitudes; else both are plain numbers. */
  readonly isEarth: boolean;
  readonly names: { readonly row: string; readonly column: string };
}

/** One timestep of a field. */
export interface Grid {
  readonly index: number;
  readonly plane: Plane;
  /** As stored, packed. The value at (row, column) is at `offset + row * rowStride + column * columnStride`. */
  readonly packed: ArrayLike<number> | ArrayLike<bigint>;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A cell of a grid. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** An array that can be drawn as a map. Its methods throw an Error with a sentence for people. */
export interface Field {
  readonly name: string;
  readonly metadata: FieldMetadata;
  /** Timesteps in a chunk. */
  readonly chunkLength: number;
  /** Dimensions of which only the first index is shown. */
  readonly hidden: readonly string[];
  grid(index: number, signal?: AbortSignal): Promise<Grid>;
  /** A cell's unpacked values at each timestep that the chunk has room for. */
  series(chunk: number, cell: Cell, signal?: AbortSignal): Promise<Float64Array>;
}

/** The array that a field is made of. */
export interface FieldArray {
  readonly name: string;
  readonly metadata: FieldMetadata;
  /** The append dimension first. */
  readonly dimensions: readonly Dimension[];
  readonly chunkLength: number;
  chunk(chunkIndex: number, signal?: AbortSignal): Promise<NumberChunk>;
}

/** The field of an array whose chunks hold whole grids. */
export function createField(array: FieldArray): Field {
  const { name, metadata, dimensions, chunkLength } = array;
  const orientation = orientationOf(dimensions);
  let plane: Promise<Plane> | undefined;
  const planeOnce = () => {
    plane ??= planeOf(orientation).catch((error) => {
      plane = undefined;
      throw error;
    });
    return plane;
  };
  const strides = ({ stride }: NumberChunk) => ({
    timeStride: stride[0] as number,
    rowStride: stride[orientation.rowAxis] ?? 0,
    columnStride: stride[orientation.columnAxis] as number,
  });
  return {
    name,
    metadata,
    chunkLength,
    hidden: dimensions.slice(1, -2).map((dimension) => dimension.name),
    async grid(index, signal) {
      const chunkIndex = Math.floor(index / chunkLength);
      const [chunk, whole] = await Promise.all([array.chunk(chunkIndex, signal), planeOnce()]);
      const { timeStride, rowStride, columnStride } = strides(chunk);
      const offset = (index - chunkIndex * chunkLength) * timeStride;
      return { index, plane: whole, packed: chunk.data, offset, rowStride, columnStride };
    },
    async series(chunkIndex, { row, column }, signal) {
      const chunk = await array.chunk(chunkIndex, signal);
      const { timeStride, rowStride, columnStride } = strides(chunk);
      const first = row * rowStride + column * columnStride;
      return Float64Array.from({ length: chunkLength }, (_, step) =>
        metadata.unpack(chunk.data[first + step * timeStride] as number | bigint),
      );
    },
  };
}

/** A cell's value; NaN where it has none. */
export function valueAt(
  { packed, offset, rowStride, columnStride }: Grid,
  metadata: FieldMetadata,
  cell: Cell,
): number {
  return metadata.unpack(
    packed[offset + cell.row * rowStride + cell.column * columnStride] as number | bigint,
  );
}

interface Orientation {
  readonly row: Dimension | undefined;
  readonly column: Dimension;
  readonly rowAxis: number;
  readonly columnAxis: number;
  readonly isEarth: boolean;
}

/** The last two dimensions, transposed where they are longitude and latitude, so that north is up. */
function orientationOf(dimensions: readonly Dimension[]): Orientation {
  const [last, before] = [dimensions.length - 1, dimensions.length - 2];
  const [row, column] = [before > 0 ? dimensions[before] : undefined, dimensions[last] as Dimension];
  if (row && isLongitude(row) && isLatitude(column))
    return { row: column, column: row, rowAxis: last, columnAxis: before, isEarth: true };
  const isEarth = row !== undefined && isLatitude(row) && isLongitude(column);
  return { row, column, rowAxis: row ? before : dimensions.length, columnAxis: last, isEarth };
}

async function planeOf({ row, column, isEarth }: Orientation): Promise<Plane> {
  const names = { row: row?.name ?? "", column: column.name };
  if (!isEarth || !row) {
    // The first row is the uppermost, as in a table.
    const rows = gridAxisOf(Array.from({ length: row?.count ?? 1 }, (_, i) => -i));
    return {
      rows,
      columns: gridAxisOf(Array.from({ length: column.count }, (_, i) => i)),
      isEarth: false,
      names,
    };
  }
  const [latitudes, longitudes] = await Promise.all([row.values(), column.values()]);
  return {
    rows: gridAxisOf(latitudes ?? []),
    columns: longitudeAxisOf(longitudes ?? []),
    isEarth,
    names,
  };
}
