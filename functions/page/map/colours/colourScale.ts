import {
  interpolateInferno,
  interpolateRdBu,
  interpolateViridis,
  interpolateYlGnBu,
  schemeSet3,
  schemeTableau10,
} from "d3-scale-chromatic";
import type { Flag, Meaning } from "../../dataset/fieldMetadata.ts";
import { niceStep, type Range } from "./valueRange.ts";

/** How a field is coloured: amounts from nothing on, temperatures, differences about 0, categories, or anything else. */
export type Kind = "amount" | "temperature" | "difference" | "flags" | "plain";

export interface Scale {
  readonly kind: Kind;
  readonly range: Range;
  /** CSS colours from the lesser end to the larger; of categories one each. */
  readonly colours: readonly string[];
  /** The place of a value in `colours`; -1 where there is none. */
  placeOf(value: number): number;
  /** Where a value lies between the ends, from 0 to 1. */
  share(value: number): number;
}

/** Colours between the ends of a scale. */
const coloursCount = 256;
/** Powers of ten that are looked at for an amount's scale: below them nothing has room. */
const decades = 4;
const others = /anomaly|difference|tendency|velocity|eastward|northward/i;

/** The kind of a field, by what its metadata say of it. */
export function kindOf({ flags, standardName, label, units }: Meaning): Kind {
  const told = `${standardName ?? ""} ${label}`;
  if (flags) return "flags";
  if (others.test(told)) return "difference";
  if (/precipitation|rain|snowfall/i.test(told) || /^(mm|kg m-2)\b/.test(units)) return "amount";
  return /temperature/i.test(told) ? "temperature" : "plain";
}

/** The scale of a field; on a dark page low values are dark, so that in either case little stands out little. */
export function scaleOf(meaning: Meaning, range: Range, isDark: boolean): Scale {
  const kind = kindOf(meaning);
  if (meaning.flags) return flagScale(meaning.flags, isDark);
  const [from, to] = kind === "difference" ? symmetric(range) : range;
  const linear = (value: number) => Math.min(1, Math.max(0, (value - from) / (to - from)));
  // Most rain is light: the root gives it the larger part of the colours.
  const share = kind === "amount" ? (value: number) => Math.sqrt(linear(value)) : linear;
  const colourAt = rampOf(kind, isDark);
  return {
    kind,
    range: [from, to],
    colours: Array.from({ length: coloursCount }, (_, place) => colourAt(place / (coloursCount - 1))),
    placeOf: (value) => (Number.isNaN(value) ? -1 : (share(value) * (coloursCount - 1) + 0.5) | 0),
    share,
  };
}

function rampOf(kind: Kind, isDark: boolean): (share: number) => string {
  switch (kind) {
    case "amount":
      return (share) =>
        share === 0
          ? isDark
            ? "#10151c"
            : "#fbfbf7"
          : interpolateYlGnBu(isDark ? 0.95 - 0.9 * share : 0.08 + 0.92 * share);
    case "temperature":
      return (share) => interpolateInferno(0.05 + 0.92 * share);
    case "difference":
      return (share) => interpolateRdBu(1 - share);
    default:
      return interpolateViridis;
  }
}

function symmetric([from, to]: Range): Range {
  const size = Math.max(Math.abs(from), Math.abs(to));
  return [-size, size];
}

/** Colours that differ, in the order of the flags; one that means nothing is as good as the paper. */
function flagScale(flags: readonly Flag[], isDark: boolean): Scale {
  const distinct = [...schemeTableau10, ...schemeSet3];
  const places = new Map(flags.map(({ value }, place) => [value, place]));
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
    placeOf: (value) => places.get(value) ?? -1,
    share: (value) => (places.get(value) ?? 0) / flags.length,
  };
}

/** Values to be written at a scale that is drawn `width` pixels wide: round ones, which do not touch each other. */
export function ticksOf({ kind, range: [from, to], share }: Scale, width: number): readonly number[] {
  const apart = 52 / Math.max(width, 1);
  const candidates =
    kind === "amount" ? roundAmounts(to) : multiples(niceStep((to - from) * apart), from, to);
  const ticks: number[] = [];
  for (const tick of candidates.filter((value) => value >= from && value <= to)) {
    if (ticks.every((other) => Math.abs(share(other) - share(tick)) >= apart)) ticks.push(tick);
  }
  return ticks.sort((a, b) => a - b);
}

function multiples(step: number, from: number, to: number): readonly number[] {
  const [first, last] = [Math.ceil(from / step - 1e-9), Math.floor(to / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 0, the powers of ten up to `to`, then 5 and 2 times them: what comes first is rather written. */
function roundAmounts(to: number): readonly number[] {
  const largest = Math.floor(Math.log10(to) + 1e-9);
  const powers = Array.from({ length: decades }, (_, i) => largest - i);
  return [0, ...[1, 5, 2].flatMap((factor) => powers.map((power) => Number(`${factor}e${power}`)))];
}
