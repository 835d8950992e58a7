import { covers, type DateRange, dateRange } from "../../dataset/dateRange.ts";
import type { DatasetSpec } from "../../dataset/descriptor.ts";
import { parseDuration, parseInstant } from "../../dataset/timeAxis.ts";
import type { DatedLayout } from "./spec.ts";

type Layout = DatedLayout["layouts"][number];

/**
 * Dated layouts by which granules would count as present without holding a value: a block that must be there and never is, or
 * a date at which no array has a block. A date without any layout is its granule's error.
 */
export function layoutFaults(spec: DatasetSpec): string[] {
  const { arrays, decoding } = spec;
  const { layout, blocks } = decoding;
  const used = layout.kind === "dated" ? usedLayouts(spec, layout.layouts) : [];
  if (layout.kind !== "dated" || used.length === 0) return [];
  const known = arrays.filter(({ block }) => blocks.some(({ name }) => name === block));
  const isIn = (block: string) => (one: Layout) => one.blocks.includes(block);
  const never = known.filter(
    ({ block }) =>
      !used.some(isIn(block)) && !blocks.some(({ name, optional }) => name === block && optional),
  );
  if (never.length > 0 || known.length === 0)
    return never.map(
      ({ name, block }) =>
        `arrays.${name}.block "${block}" is in none of decoding.layout.layouts that hold for its times: all of it would be missing`,
    );
  return used
    .filter((one) => !known.some(({ block }) => isIn(block)(one)))
    .map(
      (one) =>
        `decoding.layout.layouts[${layout.layouts.indexOf(one)}].blocks has the block of no array: nothing would be read of its granules`,
    );
}

/** The layouts that hold for some granule of the series; none where it is no series. */
function usedLayouts({ time, source }: DatasetSpec, layouts: readonly Layout[]): Layout[] {
  const [start, stepMs] = [parseInstant(time.start), parseDuration(time.step)];
  if (start === undefined || !stepMs) return [];
  const granuleMs = stepMs * (source.stepsPerGranule ?? 1);
  const last = (time.end === undefined ? undefined : parseInstant(time.end)) ?? Number.POSITIVE_INFINITY;
  const ranged = layouts.map((layout) => ({ layout, range: dateRange(layout) }));
  const turns = ranged.flatMap(({ range }) => boundsOf(range)).filter((t) => t > start);
  const granules = turns.map((t) => start + Math.ceil((t - start) / granuleMs) * granuleMs);
  const holding = [start, ...granules]
    .filter((t) => t <= last)
    .map((t) => ranged.find(({ range }) => covers(range, t))?.layout);
  return layouts.filter((layout) => holding.includes(layout));
}

const boundsOf = ({ from, until }: DateRange) => [from, until].filter((bound) => bound !== undefined);
