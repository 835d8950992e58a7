import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { valuesPerStep } from "../dataset/coordinates.ts";
import type { ArraySpec, DatasetSpec } from "../dataset/descriptor.ts";
import { arrayTypes, type Values } from "../dataset/values.ts";
import { GranuleError, type GranuleFault } from "../errors.ts";
import type { Decompressed } from "../format/decompress/decompress.ts";
import type { GranuleFormat, OpenGranule } from "../format/format.ts";

/** A granule, and what is known of it without the format. */
export interface KnownGranule {
  /** Its bytes, decompressed. */
  readonly raw: Uint8Array;
  /** The instants of its timesteps, in order, and the window that they cover together: milliseconds since 1970 UTC. */
  readonly times: readonly number[];
  readonly window: readonly [begin: number, end: number];
  /** By array, for each timestep, what is to be stored of it. An array that the granule does not have is left out. */
  readonly values: Readonly<Record<string, readonly ArrayLike<number>[]>>;
}

export interface StartedFormat {
  readonly format: GranuleFormat;
  /** A descriptor without a fault. */
  readonly spec: DatasetSpec;
  /** Two or more of it, of different times, each with an array of two different values at least. */
  readonly granules: readonly KnownGranule[];
  /** Whether granules state the instant of their first timestep. */
  readonly statesTime: boolean;
  /** Descriptors with one fault each that the format has to find, by what it is. */
  readonly faulty: Readonly<Record<string, DatasetSpec>>;
}

/** Where a granule is cut off, of its length: at its edges, and at places in between that fall into headers, blocks and values. */
const cuts = [0, 0.001, 0.01, 0.03, 0.1, 0.2, 1 / 3, 0.4, 0.5, 0.6, 2 / 3, 0.75, 0.9, 0.99];
/** Places of a granule at each of which it is damaged. */
const damagedPlaces = 64;
const short: readonly GranuleFault[] = ["length", "layout", "header"];

/**
 * Registers the tests of what every format must give through the `GranuleFormat` port: every value of every granule; a granule of another
 * time, cut short, too long, damaged or with a value out of its valid range is refused by the fault's name, never read in part
 * without a word; the leading bytes suffice; a descriptor's faults are found. `start` hands over the format, with a descriptor and
 * granules whose values were worked out without it.
 */
export function formatContract(name: string, start: () => Promise<StartedFormat>): void {
  describe(`format contract: ${name}`, () => {
    let started: StartedFormat;
    before(async () => {
      started = await start();
    });

    const open = (granule: KnownGranule, change: Partial<Decompressed> = {}, spec = started.spec) => {
      const { raw, times, window } = granule;
      const whole = { raw, rawBytes: raw.length, extent: "whole" as const, free: () => undefined };
      return started.format.open({ ...whole, ...change }, { spec, times, window });
    };
    const assertValues = (opened: OpenGranule, granule: KnownGranule) => {
      for (let frame = 0; frame < opened.frames; frame++)
        for (const array of started.spec.arrays)
          assert.deepEqual(
            read(started.spec, opened, array, frame),
            expected(started.spec, granule, array, frame),
            `${array.name}, timestep ${frame}`,
          );
    };

    test("what was handed over can prove something", () => {
      const { granules } = started;
      assert.equal(new Set(granules.map(({ times }) => times[0])).size, granules.length);
      assert.ok(granules.length >= 2, "at least two granules are needed");
      for (const granule of granules)
        assert.ok(started.spec.arrays.some((array) => measured(array, granule).length >= 2));
    });

    test("every value of every granule comes, whatever stood in the target, and nothing beside it is touched", () => {
      for (const granule of started.granules) {
        for (const extent of ["whole", "soFar"] as const) {
          const opened = open(granule, { extent });
          assert.equal(opened.frames, granule.times.length);
          assertValues(opened, granule);
          assertValues(opened, granule);
        }
      }
    });

    test("an array that a granule does not have is said not to be there, and is fill throughout", () => {
      for (const granule of started.granules) {
        const opened = open(granule);
        for (const array of started.spec.arrays)
          assert.equal(opened.describe(array).isThere, array.name in granule.values, array.name);
      }
    });

    test("a granule is not changed, and its memory is freed when its reader says so, once", () => {
      for (const granule of started.granules) {
        let freed = 0;
        const raw = granule.raw.slice();
        const opened = open(granule, { raw, free: () => freed++ });
        assertValues(opened, granule);
        assert.equal(Buffer.compare(raw, granule.raw), 0);
        assert.equal(freed, 0);
        opened.free();
        assert.equal(freed, 1);
      }
    });

    test("a granule states the instant of its first timestep, or none; one of another time is refused", () => {
      const { format, spec, granules, statesTime } = started;
      for (const granule of granules) {
        assert.equal(format.statedTime(spec, granule.raw), statesTime ? granule.times[0] : undefined);
        for (const { times, window } of statesTime ? granules.filter((one) => one !== granule) : [])
          refused(["time"], () => open({ ...granule, times, window }));
      }
    });

    test("a granule that is cut short is refused, and may grow only where more can come", () => {
      for (const granule of started.granules) {
        for (const raw of cutsOf(granule.raw)) {
          const cut = { raw, rawBytes: raw.length };
          assert.equal(refused(short, () => open(granule, cut)).mayGrow, false, `${raw.length} bytes`);
        }
      }
    });

    test("of a granule that is still being written, timesteps that are whole come, or it may grow", () => {
      for (const granule of started.granules) {
        for (const raw of cutsOf(granule.raw)) {
          const tried = () => open(granule, { raw, rawBytes: raw.length, extent: "soFar" });
          const opened = triedOrRefused(tried, short);
          if (opened instanceof GranuleError) {
            assert.ok(opened.mayGrow, `${raw.length} bytes: ${opened.message}`);
            continue;
          }
          const { frames } = opened;
          assert.ok(
            frames > 0 && frames < granule.times.length,
            `${frames} timesteps in ${raw.length} bytes`,
          );
          assertValues(opened, granule);
          const there = started.spec.arrays.filter(({ name }) => name in granule.values);
          const next = there.map((array) => {
            const tried = triedOrRefused(() => read(started.spec, opened, array, frames), ["length"]);
            if (!(tried instanceof GranuleError))
              assert.deepEqual(tried, expected(started.spec, granule, array, frames));
            return tried;
          });
          assert.ok(next.some((tried) => tried instanceof GranuleError));
        }
      }
    });

    test("a granule with more behind it is refused, and does not grow into a right one", () => {
      for (const granule of started.granules) {
        for (const extent of ["whole", "soFar"] as const) {
          const raw = Buffer.concat([granule.raw, Buffer.alloc(8)]);
          const error = refused(["length"], () => open(granule, { raw, rawBytes: raw.length, extent }));
          assert.equal(error.mayGrow, false);
        }
      }
    });

    test("the leading bytes suffice, and less of a granule gives right values or is refused", () => {
      const { format, spec, granules } = started;
      for (const granule of granules) {
        const leadingBytes = format.leadingBytes(spec, granule.times.length);
        const leading = (bytes: number) =>
          open(granule, { raw: granule.raw.subarray(0, bytes), extent: "leading" });
        assertValues(leading(leadingBytes), granule);
        for (const cut of cutsOf(granule.raw.subarray(0, leadingBytes))) {
          const opened = triedOrRefused(() => leading(cut.length), short);
          if (opened instanceof GranuleError) continue;
          assert.equal(opened.frames, granule.times.length);
          assertValues(opened, granule);
        }
      }
    });

    test("a value out of its array's valid range refuses its granule, one at its bounds does not", () => {
      const { spec, granules } = started;
      for (const granule of granules) {
        for (const array of spec.arrays) {
          const values = measured(array, granule);
          if (values.length < 2) continue;
          const ranged = (lowest: number | undefined, highest: number | undefined) => {
            const validRange = [lowest, highest].map((value) => (value ?? 0) * (array.scaleFactor ?? 1));
            const believed = { ...array, validRange: validRange as [number, number] };
            const others = spec.arrays.map(({ validRange: _, ...other }) => other);
            const arrays = others.map((other) => (other.name === array.name ? believed : other));
            return () => open(granule, {}, { ...spec, arrays });
          };
          assert.equal(ranged(values[0], values.at(-1))().frames, granule.times.length);
          for (const range of [ranged(values[0], values.at(-2)), ranged(values[1], values.at(-1))])
            assert.match(refused(["range"], range).message, new RegExp(array.name));
        }
      }
    });

    test("bytes that mean nothing are refused as a granule's fault, or read, and nothing else is thrown", () => {
      const { format, spec, granules } = started;
      for (const granule of granules) {
        for (const raw of meaningless(granule.raw)) {
          const tried = () => {
            const opened = open(granule, { raw, rawBytes: raw.length });
            for (const array of spec.arrays) read(spec, opened, array, opened.frames - 1);
            return opened;
          };
          triedOrRefused(tried);
          format.statedTime(spec, raw);
        }
      }
    });

    test("a right descriptor has no fault, and each that is wrong has one that says what", () => {
      const { format, spec, faulty } = started;
      assert.deepEqual(format.faults(spec), []);
      for (const [what, wrong] of Object.entries(faulty)) {
        const faults = format.faults(wrong);
        assert.ok(faults.length > 0 && faults.every((fault) => fault.length > 10), `${what}: ${faults}`);
      }
    });

    test("each form that granules ever had has its beginning, one at most that of the series", () => {
      const since = started.format.formsSince(started.spec);
      const dated = since.filter((instant) => instant !== undefined);
      assert.ok(since.length > 0 && since.length - dated.length <= 1);
      for (const instant of dated) assert.ok(Number.isSafeInteger(instant), String(instant));
    });
  });
}

/** Reads into the middle of a larger target that something else stands in, and sees that only the middle is written. */
function read(spec: DatasetSpec, opened: OpenGranule, array: ArraySpec, frame: number): Values {
  const count = valuesPerStep(spec);
  const all = new arrayTypes[array.dtype](count + 2).fill(77);
  const target = all.subarray(1, -1);
  opened.read(array, frame, target);
  assert.deepEqual([all[0], all.at(-1)], [77, 77], `${array.name} was written beside its target`);
  return target;
}

function expected(spec: DatasetSpec, { values }: KnownGranule, array: ArraySpec, frame: number): Values {
  const known = values[array.name]?.[frame];
  const target = new arrayTypes[array.dtype](valuesPerStep(spec));
  if (known) target.set(known);
  else target.fill(array.fillValue);
  return target;
}

/** The different values of an array that are not missing, from the least to the greatest. */
function measured({ name, dtype, fillValue }: ArraySpec, { values }: KnownGranule): number[] {
  const fill = dtype === "float32" ? Math.fround(fillValue) : fillValue;
  const all = new Set((values[name] ?? []).flatMap((frame) => Array.from(frame)));
  return [...all].filter((value) => !Number.isNaN(value) && value !== fill).sort((a, b) => a - b);
}

function cutsOf(raw: Uint8Array): readonly Uint8Array[] {
  const ends = [...cuts.map((part) => Math.floor(part * raw.length)), raw.length - 1];
  return ends.map((end) => raw.slice(0, end));
}

function* meaningless(raw: Uint8Array): Iterable<Uint8Array> {
  for (const length of [0, 1, raw.length]) {
    for (const value of [0, 0x20, 0x7f, 0xff]) yield new Uint8Array(length).fill(value);
    yield Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
  }
  for (let i = 0; i < damagedPlaces; i++) {
    const damaged = raw.slice();
    const place = Math.floor((i * raw.length) / damagedPlaces);
    damaged[place] = (damaged[place] as number) ^ (1 + (i % 255));
    yield damaged;
  }
}

function triedOrRefused<Came>(tried: () => Came, faults?: readonly GranuleFault[]): Came | GranuleError {
  try {
    return tried();
  } catch (error) {
    if (!(error instanceof GranuleError)) throw error;
    assert.ok(!faults || faults.includes(error.fault), `"${error.fault}" (${error.message}), not ${faults}`);
    return error;
  }
}

function refused(faults: readonly GranuleFault[], tried: () => unknown): GranuleError {
  const came = triedOrRefused(tried, faults);
  assert.ok(came instanceof GranuleError, `nothing was thrown, where ${faults.join(" or ")} was to be`);
  return came;
}
