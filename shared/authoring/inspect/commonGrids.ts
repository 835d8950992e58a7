/** First value, step and number of values along one axis, in degrees. */
export interface Axis {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** A grid that global products often have, from north to south and eastward. */
export interface CommonGrid {
  readonly latitude: Axis;
  readonly longitude: Axis;
  /** As in `0.25°, 60°N-60°S`. */
  readonly text: string;
}

const stepsDegrees = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 5] as const;
/** The northern edge; the southern lies as far. */
const edgesDegrees = [90, 60, 50] as const;

/** Grids whose values stand in the middle of their boxes, and on the edges, poles included. */
export const commonGrids: readonly CommonGrid[] = stepsDegrees.flatMap((step) =>
  edgesDegrees.flatMap((edge) => {
    const [rows, columns] = [Math.round((2 * edge) / step), Math.round(360 / step)];
    const text = `${step}°, ${edge}°N-${edge}°S`;
    const boxes: CommonGrid = {
      latitude: { first: rounded(edge - step / 2), step: -step, count: rows },
      longitude: { first: rounded(step / 2), step, count: columns },
      text,
    };
    const nodes: CommonGrid = {
      latitude: { first: edge, step: -step, count: rows + 1 },
      longitude: { first: 0, step, count: columns },
      text: `${text} with both edges`,
    };
    return [boxes, nodes];
  }),
);

function rounded(degrees: number): number {
  return Number(degrees.toFixed(6));
}
