import { useMemo, useRef } from "preact/hooks";
import type { Field, Grid } from "../../dataset/field.ts";
import { kindOf, type Scale, scaleOf } from "./colourScale.ts";
import { type Range, rangeOf } from "./valueRange.ts";

/** The colour scale of what is shown. While timesteps follow each other it stays, so that colours can be compared. */
export function useScale(field: Field, grid: Grid | undefined, isHeld: boolean, isDark: boolean): Scale {
  const held = useRef<{ readonly name: string; readonly range: Range }>(undefined);
  const { name, meaning } = field;
  const range = useMemo(() => {
    const before = held.current?.name === name ? held.current.range : undefined;
    if (!grid || (isHeld && before)) return before ?? ([0, 1] as const);
    const found = rangeOf(grid, meaning, kindOf(meaning) === "amount");
    if (found) held.current = { name, range: found };
    return found ?? before ?? ([0, 1] as const);
  }, [grid, name, meaning, isHeld]);
  const [from, to] = range;
  return useMemo(() => scaleOf(meaning, [from, to], isDark), [meaning, from, to, isDark]);
}
