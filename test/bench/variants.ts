import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";

const { end: _, ...time } = trmm3b42rt.time;

/** The ways of keeping 3B42RT that are measured. */
export const variants = {
  float32: {
    ...trmm3b42rt,
    arrays: trmm3b42rt.arrays
      .filter(({ name }) => name === "precipitation")
      .map(({ scaleFactor: _, ...array }) => ({
        ...array,
        dtype: "float32" as const,
        fillValue: Number.NaN,
      })),
  },
  packed: trmm3b42rt,
  /** As if the mission had not ended: the series has no 100,000 timesteps. */
  endless: { ...trmm3b42rt, time },
} satisfies Record<string, Descriptor>;
