import type { Grid } from "../../dataset/field.ts";
import type { FieldMetadata } from "../../dataset/fieldMetadata.ts";
import type { ColourScale } from "../colours/colourScale.ts";

/**
 * Colours a grid into `pixels` (one for each cell, red first in memory), north or the first row uppermost. What has no value
 * stays transparent.
 */
export function fillPixels(
  grid: Grid,
  metadata: FieldMetadata,
  scale: ColourScale,
  pixels: Uint32Array,
): void {
  const { packed, offset, rowStride, columnStride, plane } = grid;
  const { rows, columns } = plane;
  const colours = Uint32Array.from(scale.colours, pixelOf);
  const colourOf = (number: number | bigint) => colours[scale.colourIndex(metadata.unpack(number))] ?? 0;
  const table = tableOf(packed, colourOf);
  let pixel = 0;
  for (let y = rows.count - 1; y >= 0; y--) {
    const first = offset + (rows.resampled[y] as number) * rowStride;
    for (let x = 0; x < columns.count; x++) {
      const number = packed[first + (columns.resampled[x] as number) * columnStride] as number | bigint;
      pixels[pixel++] = table ? (table[(number as number) & (table.length - 1)] as number) : colourOf(number);
    }
  }
}

/** The colour of every possible number, by the number's own bits; only for types that have few. */
function tableOf(packed: Grid["packed"], colourOf: (number: number) => number): Uint32Array | undefined {
  if (packed instanceof Int16Array)
    return Uint32Array.from({ length: 65_536 }, (_, bits) => colourOf((bits << 16) >> 16));
  if (packed instanceof Uint16Array) return Uint32Array.from({ length: 65_536 }, (_, bits) => colourOf(bits));
  if (packed instanceof Int8Array)
    return Uint32Array.from({ length: 256 }, (_, bits) => colourOf((bits << 24) >> 24));
  if (packed instanceof Uint8Array) return Uint32Array.from({ length: 256 }, (_, bits) => colourOf(bits));
  return undefined;
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** An opaque pixel of a CSS colour, `#rrggbb` or `rgb(r, g, b)`. */
export function pixelOf(colour: string): number {
  const parts = colour.startsWith("#")
    ? [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  const pixel = isLittleEndian
    ? (255 << 24) | (blue << 16) | (green << 8) | red
    : (red << 24) | (green << 16) | (blue << 8) | 255;
  return pixel >>> 0;
}
