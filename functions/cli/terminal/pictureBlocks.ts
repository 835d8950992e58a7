import { interpolateViridis } from "d3-scale-chromatic";
import type { Pixels } from "../../../shared/authoring/inspect/picture.ts";

/** Bits of colour that a terminal shows: 24, 8, or none, as `WriteStream.getColorDepth` tells them. */
export type ColourDepth = 24 | 8 | 1;

const shades = [" ", "░", "▒", "▓", "█"] as const;
const missingShade = "·";
const reset = "\x1b[0m";
const rampCharacters = 20;

/** Values from `low` to `high` are told apart; what lies beyond is drawn like the nearer of them. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What an output can show. Anything but a terminal gets plain text. */
export function depthOf(output: NodeJS.WriteStream): ColourDepth {
  const depth = output.isTTY ? output.getColorDepth() : 1;
  return depth >= 24 ? 24 : depth >= 8 ? 8 : 1;
}

/** The picture as lines of text, two rows of pixels in each: half blocks in colour, or shades. */
export function drawn(picture: Pixels, range: Range, depth: ColourDepth): string[] {
  return Array.from({ length: Math.ceil(picture.rows / 2) }, (_, line) => {
    const pixels = Array.from({ length: picture.columns }, (_, column) =>
      [2 * line, 2 * line + 1].map((row) =>
        row < picture.rows
          ? shareOf(picture.values[row * picture.columns + column] as number, range)
          : undefined,
      ),
    ) as [number | undefined, number | undefined][];
    return depth === 1 ? pixels.map(shadeOf).join("") : colouredLine(pixels, depth);
  });
}

/** What the colours stand for: the lowest value, all colours, the highest one. */
export function scaleLine(
  { low, high }: Range,
  texts: readonly [string, string],
  depth: ColourDepth,
): string {
  const [lowest, highest] = texts;
  if (low === high) return `all ${highest}`;
  const shares = Array.from({ length: rampCharacters }, (_, i) => i / (rampCharacters - 1));
  const ramp =
    depth === 1
      ? shares.map((share) => shadeOf([share, share])).join("")
      : colouredLine(
          shares.map((share) => [share, share]),
          depth,
        );
  return `${lowest} ▕${ramp}▏ ${highest}`;
}

/** How missing values are drawn. */
export function missingMark(depth: ColourDepth): string {
  return depth === 1 ? `${missingShade} missing` : "blank: missing";
}

/** From 0 to 1, or `undefined` where nothing is known. */
function shareOf(value: number, { low, high }: Range): number | undefined {
  if (Number.isNaN(value)) return undefined;
  return high === low ? 0.5 : Math.min(1, Math.max(0, (value - low) / (high - low)));
}

function shadeOf([above, below]: readonly [number | undefined, number | undefined]): string {
  const known = [above, below].filter((share) => share !== undefined);
  if (known.length === 0) return missingShade;
  const share = known.reduce((sum, one) => sum + one, 0) / known.length;
  return shades[Math.min(shades.length - 1, Math.floor(share * shades.length))] as string;
}

function colouredLine(
  pixels: readonly (readonly [number | undefined, number | undefined])[],
  depth: ColourDepth,
): string {
  let text = "";
  let before = "";
  for (const [above, below] of pixels) {
    const [front, back, block] =
      above === undefined ? [below, undefined, below === undefined ? " " : "▄"] : [above, below, "▀"];
    const codes = `${reset}${colourCode(front, 38, depth)}${colourCode(back, 48, depth)}`;
    if (codes !== before) text += codes;
    before = codes;
    text += block;
  }
  return text + reset;
}

/** `layer`: 38 in front, 48 behind (ISO 8613-6). */
function colourCode(share: number | undefined, layer: 38 | 48, depth: ColourDepth): string {
  if (share === undefined) return "";
  const hex = Number.parseInt(interpolateViridis(share).slice(1), 16);
  const [red, green, blue] = [hex >> 16, (hex >> 8) & 255, hex & 255] as const;
  if (depth === 24) return `\x1b[${layer};2;${red};${green};${blue}m`;
  // Of 256 colours, 216 are a cube of six steps a side.
  const step = (level: number) => Math.round((level / 255) * 5);
  return `\x1b[${layer};5;${16 + 36 * step(red) + 6 * step(green) + step(blue)}m`;
}
