import {
  interpolateInferno,
  interpolateRdBu,
  interpolateViridis,
  interpolateYlGnBu,
  schemeSet3,
  schemeTableau10,
} from "d3-scale-chromatic";
import type { FieldMetadata, Flag } from "../../dataset/fieldMetadata.ts";
import { niceStep, type Range } from "./valueRange.ts";

/** How a field is coloured: amounts from 0, temperatures, differences around 0, categories, or anything else. */
export type ScaleKind = "amount" | "temperature" | "difference" | "flags" | "plain";

export interface ColourScale {
  readonly kind: ScaleKind;
  readonly range: Range;
  /** CSS colours from the lower end to the upper; one for each category. */
  readonly colours: readonly string[];
  /** The index of a value's colour in `colours`; -1 if it has none. */
  colourIndex(value: number): number;
  /** Where a value lies between the ends, from 0 to 1. */
  fraction(value: number): number;
}

/** Colours between the ends of a scale. */
const coloursCount = 256;
/** Powers of ten that are ticks of an amount's scale: smaller ones have no room. */
const decades = 4;
const differenceWords = /anomaly|difference|tendency|velocity|eastward|northward/i;

/** The kind of a field, by its metadata. */
export function scaleKindOf({ flags, standardName, label, units }: FieldMetadata): ScaleKind {
  const names = `${standardName ?? ""} ${label}`;
  if (flags) return "flags";
  if (differenceWords.test(names)) return "difference";
  if (/precipitation|rain|snowfall/i.test(names) || /^(mm|kg m-2)\b/.test(units)) return "amount";
  return /temperature/i.test(names) ? "temperature" : "plain";
}

/** The scale of a field; on a dark page low values are dark, so that they stand out little on either. */
export function colourScaleOf(metadata: FieldMetadata, range: Range, isDark: boolean): ColourScale {
  const kind = scaleKindOf(metadata);
  if (metadata.flags) return flagColours(metadata.flags, isDark);
  const [from, to] = kind === "difference" ? symmetric(range) : range;
  const linear = (value: number) => Math.min(1, Math.max(0, (value - from) / (to - from)));
  // Most rain is light: the square root gives it the larger part of the colours.
  const fraction = kind === "amount" ? (value: number) => Math.sqrt(linear(value)) : linear;
  const colourAt = colourRamp(kind, isDark);
  return {
    kind,
    range: [from, to],
    colours: Array.from({ length: coloursCount }, (_, i) => colourAt(i / (coloursCount - 1))),
    colourIndex: (value) => (Number.isNaN(value) ? -1 : (fraction(value) * (coloursCount - 1) + 0.5) | 0),
    fraction,
  };
}

function colourRamp(kind: ScaleKind, isDark: boolean): (fraction: number) => string {
  switch (kind) {
    case "amount":
      return (fraction) =>
        fraction === 0
          ? isDark
            ? "#10151c"
            : "#fbfbf7"
          : interpolateYlGnBu(isDark ? 0.95 - 0.9 * fraction : 0.08 + 0.92 * fraction);
    case "temperature":
      return (fraction) => interpolateInferno(0.05 + 0.92 * fraction);
    case "difference":
      return (fraction) => interpolateRdBu(1 - fraction);
    default:
      return interpolateViridis;
  }
}

function symmetric([from, to]: Range): Range {
  const size = Math.max(Math.abs(from), Math.abs(to));
  return [-size, size];
}

/** Colours that differ, in the order of the flags; one that means "none" has the colour of the background. */
function flagColours(flags: readonly Flag[], isDark: boolean): ColourScale {
  const distinct = [...schemeTableau10, ...schemeSet3];
  const indices = new Map(flags.map(({ value }, i) => [value, i]));
  let next = 0;
  return {
    kind: "flags",
    range: [0, flags.length],
    colours: flags.map(({ meaning }) =>
      /^(none|no .*|nothing)$/i.test(meaning)
        ? isDark
          ? "#232a33"
          : "#e9e9e4"
        : (distinct[next++ % distinct.length] as string),
    ),
    colourIndex: (value) => indices.get(value) ?? -1,
    fraction: (value) => (indices.get(value) ?? 0) / flags.length,
  };
}

/** Round values to write at a scale that is drawn `width` pixels wide, so that they do not touch each other. */
export function ticksOf(
  { kind, range: [from, to], fraction }: ColourScale,
  width: number,
): readonly number[] {
  const apart = 52 / Math.max(width, 1);
  const candidates =
    kind === "amount" ? roundAmounts(to) : multiples(niceStep((to - from) * apart), from, to);
  const ticks: number[] = [];
  for (const tick of candidates.filter((value) => value >= from && value <= to)) {
    if (ticks.every((other) => Math.abs(fraction(other) - fraction(tick)) >= apart)) ticks.push(tick);
  }
  return ticks.sort((a, b) => a - b);
}

function multiples(step: number, from: number, to: number): readonly number[] {
  const [first, last] = [Math.ceil(from / step - 1e-9), Math.floor(to / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 0, the powers of ten up to `to`, then 5 and 2 times them: those that come first are preferred. */
function roundAmounts(to: number): readonly number[] {
  const largest = Math.floor(Math.log10(to) + 1e-9);
  const powers = Array.from({ length: decades }, (_, i) => largest - i);
  return [0, ...[1, 5, 2].flatMap((factor) => powers.map((power) => Number(`${factor}e${power}`)))];
}
