/** What becomes of a raw granule of 3B42RT, in as few steps as there can be. */
export interface Field {
  readonly name: string;
  /** Of one timestep in an array. */
  readonly stepBytes: number;
  /** Fills `target`, of `stepBytes`. */
  readonly convert: (raw: Buffer, target: Buffer) => void;
}

const [rows, columns, bandRows, headerBytes, missing] = [480, 1440, 40, 2880, -31999];
const values = rows * columns;
const bandValues = bandRows * columns;

/** The fields of each way of keeping 3B42RT, by their arrays' names. */
export const fieldsOf = {
  float32: [float32("precipitation", 0)],
  packed: [
    packed("precipitation", 0),
    packed("precipitation_error", 2 * values),
    verbatim("source", 4 * values),
    packed("uncal_precipitation", 5 * values),
  ],
} as const satisfies Record<string, readonly Field[]>;

/** Hundredths to whole units: one look-up a value, in one of two tables. */
function float32(name: string, at: number): Field {
  const [plain, negated] = [false, true].map((isNegated) =>
    Float32Array.from({ length: 65_536 }, (_, pattern) => {
      const stored = asInt16(swapped(pattern));
      return stored === missing ? Number.NaN : turned(stored, isNegated) / 100;
    }),
  ) as [Float32Array, Float32Array];
  return {
    name,
    stepBytes: 4 * values,
    convert(raw, target) {
      const patterns = new Uint16Array(raw.buffer, raw.byteOffset + headerBytes + at, values);
      const floats = new Float32Array(target.buffer, target.byteOffset, values);
      const lookUp = (table: Float32Array, from: number, to: number) => {
        for (let i = from; i < to; i++) floats[i] = table[patterns[i] as number] as number;
      };
      lookUp(negated, 0, bandValues);
      lookUp(plain, bandValues, values - bandValues);
      lookUp(negated, values - bandValues, values);
    },
  };
}

/** The stored integers in the other byte order, turned back poleward of 50°. */
function packed(name: string, at: number): Field {
  return {
    name,
    stepBytes: 2 * values,
    convert(raw, target) {
      raw.copy(target, 0, headerBytes + at, headerBytes + at + target.length);
      target.swap16();
      const integers = new Int16Array(target.buffer, target.byteOffset, values);
      for (const band of [integers.subarray(0, bandValues), integers.subarray(-bandValues)]) {
        for (let i = 0; i < bandValues; i++) band[i] = turned(band[i] as number, true);
      }
    },
  };
}

function verbatim(name: string, at: number): Field {
  return {
    name,
    stepBytes: values,
    convert: (raw, target) => void raw.copy(target, 0, headerBytes + at, headerBytes + at + target.length),
  };
}

function turned(stored: number, isNegated: boolean): number {
  return isNegated && stored < 0 && stored !== missing ? -stored - 1 : stored;
}

function swapped(pattern: number): number {
  return ((pattern & 0xff) << 8) | (pattern >> 8);
}

function asInt16(pattern: number): number {
  return (pattern << 16) >> 16;
}
