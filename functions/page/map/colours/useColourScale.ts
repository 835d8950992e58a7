import { useMemo, useRef } from "preact/hooks";
import type { Field, Grid } from "../../dataset/field.ts";
import { type ColourScale, colourScaleOf, scaleKindOf } from "./colourScale.ts";
import { type Range, rangeOf } from "./valueRange.ts";

/** The colour scale of what is shown. It does not change while the map plays, so that colours can be compared. */
export function useColourScale(
  field: Field,
  grid: Grid | undefined,
  isPlaying: boolean,
  isDark: boolean,
): ColourScale {
  const last = useRef<{ readonly name: string; readonly range: Range }>(undefined);
  const { name, metadata } = field;
  const range = useMemo(() => {
    const before = last.current?.name === name ? last.current.range : undefined;
    if (!grid || (isPlaying && before)) return before ?? ([0, 1] as const);
    const found = rangeOf(grid, metadata, scaleKindOf(metadata) === "amount");
    if (found) last.current = { name, range: found };
    return found ?? before ?? ([0, 1] as const);
  }, [grid, name, metadata, isPlaying]);
  const [from, to] = range;
  return useMemo(() => colourScaleOf(metadata, [from, to], isDark), [metadata, from, to, isDark]);
}
