import { valuesPerStep } from "../../dataset/coordinates.ts";
import type { Descriptor } from "../../dataset/dataset.ts";
import type { ArraySpec } from "../../dataset/descriptor.ts";
import { arrayTypes, type DataType } from "../../dataset/values.ts";
import { UsageError } from "../../errors.ts";
import type { OpenGranule } from "../../format/format.ts";
import { type Picture, type PictureSize, pictureOf } from "./picture.ts";
import { type Statistics, statisticsOf } from "./statistics.ts";

/** One array of a dataset, as one granule fills it. */
export interface Field {
  readonly array: ArraySpec;
  /** The type of its values in the granule. */
  readonly storedAs: DataType;
  /** Whether the granule has it: if not, all of it is missing. */
  readonly isThere: boolean;
  readonly shape: readonly number[];
  /** Over all timesteps of the granule. */
  readonly statistics: Statistics;
  /** Of the first. */
  readonly picture: Picture;
}

/** The arrays of that name, or all. Throws a `UsageError` that lists those there are. */
export function arraysNamed({ id, arrays }: Descriptor, name: string | undefined): readonly ArraySpec[] {
  const named = name === undefined ? arrays : arrays.filter((array) => array.name === name);
  if (named.length > 0) return named;
  throw new UsageError([
    `${id} has no field "${name}"; there are: ${arrays.map((one) => one.name).join(", ")}`,
  ]);
}

/** Decodes one array of a granule that passed its checks. Throws a `GranuleError`. */
export function fieldOf(
  descriptor: Descriptor,
  granule: OpenGranule,
  array: ArraySpec,
  size: PictureSize,
): Field {
  const { dimensions } = descriptor;
  const { frames } = granule;
  const gridValues = valuesPerStep(descriptor);
  const values = new arrayTypes[array.dtype](frames * gridValues);
  for (let frame = 0; frame < frames; frame++) {
    const target = values.subarray(frame * gridValues, (frame + 1) * gridValues);
    granule.read(array, frame, target);
  }
  const { fillValue, scaleFactor = 1, attributes } = array;
  const value = (index: number) => {
    const stored = values[index] as number;
    return stored === fillValue ? Number.NaN : stored * scaleFactor;
  };
  const shape = dimensions.map(({ count }) => count);
  return {
    array,
    ...granule.describe(array),
    shape: descriptor.source.stepsPerGranule === 1 ? shape : [frames, ...shape],
    statistics: statisticsOf(values, array),
    picture: pictureOf(value, dimensions, size, attributes.flag_values !== undefined),
  };
}
