import { itemBytes } from "../../dataset/values.ts";
import { commonGrids } from "./commonGrids.ts";
import { alikeAt, type Reading, reader, readings, scoreLayout } from "./scoreLayout.ts";

/** What a flat binary file might hold, after `headerBytes`: as many fields of one type on one grid. */
export interface Guess extends Reading {
  readonly headerBytes: number;
  readonly fields: number;
  readonly rows: number;
  readonly columns: number;
  /** The grid in degrees, where it is a common one. */
  readonly text: string | undefined;
  /** From 0 to 1: how much it looks like it. */
  readonly likeness: number;
}

/** A common grid that fits a length, by the bytes that a cell has over all fields. */
export interface FittingGrid {
  readonly headerBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly text: string;
  readonly bytesPerCell: number;
}

/** `alike`: how alike values are that stand below each other. */
type AlikeGrid = Pick<Guess, "fields" | "rows" | "columns" | "text"> & { readonly alike: number };

const guessesMax = 3;
const readingsTriedMax = 4;
const gridsTriedMax = 2;
const fieldsMax = 12;
const headersMax = 12;
const bytesPerCellMax = 32;
const columnsMax = 20_000;
/** A grid with less or more columns a row of it is rarely met. */
const columnsPerRow = { least: 0.5, usual: 2, most: 4 } as const;
/** Headers that cannot be read as text are at most this long, and at most this share of the file. */
const blindHeaderBytesMax = 4096;
const blindHeaderShareMax = 0.01;
const scoreMin = 0.2;
const commonGridBonus = 0.1;

/** The likeliest first. `textBytes`: the length of readable text at the beginning, which may run into the values. */
export function guessesOf(raw: Uint8Array, textBytes: number): Guess[] {
  const found = headersOf(raw.length, textBytes).flatMap((headerBytes) => {
    const body = raw.subarray(headerBytes);
    return readings
      .filter(({ type }) => body.length > 0 && body.length % itemBytes[type] === 0)
      .map((reading) => ({ headerBytes, body, reading, likeness: scoreLayout(body, reading) }));
  });
  const likely = found
    .filter(({ likeness }) => likeness >= scoreMin)
    .sort((a, b) => steps(b) - steps(a))
    .slice(0, readingsTriedMax);
  return likely
    .flatMap(({ headerBytes, body, reading, likeness }) =>
      gridsOf(body, reading)
        .slice(0, gridsTriedMax)
        .map(({ alike, ...grid }) => ({ ...reading, headerBytes, ...grid, likeness: likeness * alike })),
    )
    .filter(({ likeness }) => likeness >= scoreMin)
    .sort((a, b) => steps(b) - steps(a))
    .slice(0, guessesMax);
}

/** Smaller differences than a step mean nothing. */
function steps({ likeness, text }: Pick<Guess, "likeness"> & { readonly text?: string | undefined }): number {
  return Math.round(50 * (likeness + (text === undefined ? 0 : commonGridBonus)));
}

/** Common grids of which a whole number of fields, of whatever types, makes that length. */
export function gridsFitting(length: number, textBytes: number): FittingGrid[] {
  return commonGrids.flatMap(({ latitude, longitude, text }) => {
    const cells = latitude.count * longitude.count;
    const bytesPerCell = Math.floor(length / cells);
    const headerBytes = length - bytesPerCell * cells;
    const isMet = bytesPerCell >= 1 && bytesPerCell <= bytesPerCellMax && headerBytes <= textBytes;
    return isMet ? [{ headerBytes, rows: latitude.count, columns: longitude.count, text, bytesPerCell }] : [];
  });
}

/** None, or what a common grid leaves. */
function headersOf(length: number, textBytes: number): number[] {
  const headers = new Set<number>(textBytes === 0 ? [0] : []);
  const blindBytes = Math.min(blindHeaderBytesMax, Math.floor(blindHeaderShareMax * length));
  for (const { headerBytes } of gridsFitting(length, Math.max(textBytes, blindBytes))) {
    if (textBytes === 0 || headerBytes > 0) headers.add(headerBytes);
  }
  if (headers.size === 0) headers.add(0);
  return [...headers].slice(0, headersMax);
}

/** The likeliest first: rows are as long as makes what stands below each other most alike. */
function gridsOf(body: Uint8Array, reading: Reading): AlikeGrid[] {
  const count = body.length / itemBytes[reading.type];
  const read = reader(body, reading);
  const grids: AlikeGrid[] = [];
  for (const columns of divisors(count)) {
    if (columns < 4 || columns > columnsMax || count / columns < 2) continue;
    const alike = Math.max(0, alikeAt(read, count, columns));
    for (const shape of fieldsOn(count / columns, columns)) grids.push({ ...shape, columns, alike });
  }
  const weight = ({ text, alike, fields, rows, columns }: AlikeGrid) =>
    alike +
    (text ? commonGridBonus : 0) -
    0.01 * (fields - 1) -
    0.02 * Math.abs(columns / rows - columnsPerRow.usual);
  return grids.sort((a, b) => weight(b) - weight(a));
}

/** How many fields so many rows may be. */
function fieldsOn(allRows: number, columns: number): Omit<AlikeGrid, "columns" | "alike">[] {
  const shapes: Omit<AlikeGrid, "columns" | "alike">[] = [];
  for (let fields = 1; fields <= fieldsMax; fields++) {
    const rows = allRows / fields;
    const share = columns / rows;
    if (!Number.isInteger(rows) || share < columnsPerRow.least || share > columnsPerRow.most) continue;
    const text = commonGrids.find(
      ({ latitude, longitude }) => latitude.count === rows && longitude.count === columns,
    )?.text;
    shapes.push({ fields, rows, text });
  }
  return shapes;
}

function divisors(count: number): number[] {
  const small: number[] = [];
  for (let i = 1; i * i <= count; i++) if (count % i === 0) small.push(i);
  return [...new Set([...small, ...small.map((i) => count / i)])];
}
