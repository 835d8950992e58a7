import assert from "node:assert/strict";

/** A file as a provider has it; `modifiedAt` in milliseconds since 1970 UTC. */
export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/** Bytes that differ from place to place and from file to file. */
export function patternBytes(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 255);
}

/** Compares at once what a general comparison would compare element by element. */
export function assertBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual !== undefined, "there are no bytes");
  assert.equal(actual.length, expected.length);
  const index = actual.findIndex((byte, place) => byte !== expected[place]);
  assert.ok(index < 0, `byte ${index} is ${actual[index]} instead of ${expected[index]}`);
}

export const modifiedAt = Date.UTC(2016, 1, 29, 23, 58, 59);
export const granules = Array.from(
  { length: 20 },
  (_, index) => `granule-${String(index).padStart(2, "0")}.bin`,
);
export const files: Record<string, ServedFile> = {
  "2016/a.bin": { bytes: patternBytes(300_000), modifiedAt },
  "2016/with space.bin": { bytes: patternBytes(10), modifiedAt },
  "2016/empty.bin": { bytes: new Uint8Array(0), modifiedAt },
  "2016/deeper/b.bin": { bytes: patternBytes(5), modifiedAt },
  "top.bin": { bytes: patternBytes(3), modifiedAt },
  ...Object.fromEntries(
    granules.map((name, index) => [
      `many/${name}`,
      { bytes: patternBytes(50_000 + index, index), modifiedAt },
    ]),
  ),
};
