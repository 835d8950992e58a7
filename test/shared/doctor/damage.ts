/** What can happen to a dataset's objects and records without anybody's asking. */
import fc from "fast-check";
import type { Fields } from "../../../shared/zarr/metadata.ts";
import type { Fixture } from "./fixture.ts";

/** One injury, with what it needs to choose its place. Indices count round. */
export interface Damage {
  readonly what: keyof typeof damage;
  readonly a: number;
  readonly b: number;
}

type Apply = (
  fixture: Fixture,
  a: number,
  b: number,
  older: ReadonlyMap<string, Uint8Array>,
) => Promise<void>;

const pick = <Recorded>(from: readonly Recorded[], at: number) => from[at % from.length] as Recorded;

async function keyAt(fixture: Fixture, at: number, pattern = /./): Promise<string> {
  return pick(
    (await fixture.keys()).filter((key) => pattern.test(key)),
    at,
  );
}

const chunkObject = /\.zarr\/\w+\/[\d.]+$/;
const dataObject = /\.zarr\/(rain|wind)\/[\d.]+$/;
const provenance = /\/provenance\//;
const lengthened = /\.zarr\/(rain|wind|time|time_bnds|granule_status)\/\.zarray$/;

/** Shorter by a few, or longer than anything that is known. */
const otherLength = (length: number, b: number) =>
  b % 2 ? Math.max(0, length - 1 - (b % 5)) : length + 20 + b;

/** What can become of a chunk's record. */
const recordDamages: readonly ((record: Fields, offset: string) => unknown)[] = [
  () => ({}),
  (record) => ({ ...record, steps: null }),
  (record, offset) => ({ ...record, steps: without(record.steps, offset) }),
  (record, offset) => withStep(record, offset, (step) => ({ ...step, status: "present" })),
  (record, offset) => withStep(record, offset, (step) => ({ ...step, status: "missing" })),
  (record, offset) => withStep(record, offset, (step) => ({ ...step, granule: null })),
  (record, offset) => withStep(record, offset, (step) => ({ ...step, failed: { reason: 3 } })),
  (record, offset) => withStep(record, offset, () => "present"),
  (record, offset) =>
    withStep(
      record,
      offset,
      (step) => step.granule && { ...step, granule: { ...step.granule, sizeBytes: 7 } },
    ),
  (record, offset) =>
    withStep(
      record,
      offset,
      (step) => step.granule && { ...step, granule: { ...step.granule, crc32c: "00000000" } },
    ),
  (record, offset) =>
    withStep(
      record,
      offset,
      (step) => step.granule && { ...step, granule: { ...step.granule, path: "else/where" } },
    ),
  (record) => ({ ...record, generations: {} }),
  (record) => ({ ...record, generations: { rain: "1", wind: "2" } }),
  (record) => ({ ...record, generations: 7 }),
  (record) => ({ ...record, nextTryAt: 17 }),
  (record) => ({ ...record, uncommitted: true }),
  (record) => ({ ...record, uncommitted: "no" }),
  (record) => ({ ...record, lease: { holder: "somebody dead", expiresAt: 1 } }),
  (record) => ({ ...record, lease: { holder: "nobody", expiresAt: 4e12 } }),
  (record) => ({ ...record, lease: "held" }),
];

const datasetDamages: readonly ((record: Fields, b: number) => unknown)[] = [
  () => undefined,
  () => ({}),
  (record, b) => ({ ...record, length: otherLength(Number(record.length), b) }),
  (record) => ({ ...record, length: "long" }),
  (record) => ({ ...record, commitSeq: 1000 }),
  (record) => ({ ...record, commitSeq: -1 }),
  (record) => ({ ...record, dirty: true }),
  (record) => ({ ...record, lease: { holder: "somebody dead", expiresAt: 1 } }),
  (record) => ({ ...record, lease: { holder: "nobody", expiresAt: 4e12 } }),
  (record) => ({ ...record, lease: [] }),
];

type Step = { readonly granule?: object };

function withStep(record: Fields, offset: string, change: (step: Step) => unknown): unknown {
  const steps = record.steps as Record<string, Step> | null;
  const step = steps?.[offset];
  return step ? { ...record, steps: { ...steps, [offset]: change(step) ?? step } } : record;
}

function without(steps: unknown, offset: string): object {
  return Object.fromEntries(Object.entries((steps ?? {}) as object).filter(([name]) => name !== offset));
}

const chunks = [0, 1, 2];

export const damage = {
  async deleted(fixture, a) {
    await fixture.put(await keyAt(fixture, a), undefined);
  },
  async truncated(fixture, a, b) {
    const key = await keyAt(fixture, a);
    const bytes = (await fixture.bytes(key)) as Uint8Array;
    await fixture.put(key, bytes.subarray(0, b % bytes.length));
  },
  async flipped(fixture, a, b) {
    const key = await keyAt(fixture, a, chunkObject);
    const bytes = (await fixture.bytes(key)) as Uint8Array;
    const at = b % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (b % 8));
    await fixture.put(key, bytes);
  },
  async garbled(fixture, a, b) {
    await fixture.put(await keyAt(fixture, a), new Uint8Array(b % 40).fill(b));
  },
  async swapped(fixture, a, b) {
    const [one, other] = [await keyAt(fixture, a), await keyAt(fixture, b)];
    const [first, second] = [await fixture.bytes(one), await fixture.bytes(other)];
    await fixture.put(one, second);
    await fixture.put(other, first);
  },
  async swappedValues(fixture, a, b) {
    const [one, other] = [await keyAt(fixture, a, dataObject), await keyAt(fixture, b, dataObject)];
    const [first, second] = [await fixture.bytes(one), await fixture.bytes(other)];
    await fixture.put(one, second);
    await fixture.put(other, first);
  },
  async older(fixture, a, _, older) {
    const [key, bytes] = pick([...older], a);
    await fixture.put(key, bytes);
  },
  async anotherLength(fixture, a, b) {
    await fixture.edit(await keyAt(fixture, a, lengthened), ({ shape, ...rest }) => {
      const [length = 0, ...grid] = (shape ?? []) as number[];
      return { ...rest, shape: [otherLength(length, b), ...grid] };
    });
  },
  async consolidatedOtherwise(fixture, _, b) {
    await fixture.edit("tiny.zarr/.zmetadata", (document) => {
      for (const [key, array] of Object.entries(
        (document.metadata ?? {}) as Record<string, { shape?: number[] }>,
      )) {
        if (!lengthened.test(`tiny.zarr/${key}`) || !array?.shape) continue;
        array.shape[0] = otherLength(array.shape[0] ?? 0, b);
      }
    });
  },
  async attributesOtherwise(fixture, a, b) {
    const wrong = pick(
      [{ valid_through: "2031-01-01T00:00:00Z" }, { granule_gap_count: 77 }, { commit_seq: b }],
      b,
    );
    const key = pick(["tiny.zarr/.zattrs", "tiny.zarr/rain/.zattrs"], a);
    await fixture.edit(key, (document) => ({ ...document, ...wrong }));
  },
  async provenanceForgotten(fixture) {
    for (const key of await fixture.keys()) if (provenance.test(key)) await fixture.put(key, undefined);
  },
  async strayObject(fixture, a, b) {
    const bytes = await fixture.bytes(await keyAt(fixture, a, dataObject));
    await fixture.put(pick(["tiny.zarr/rain/5.0.0", "tiny.zarr/wind/3.0.0"], b), bytes);
  },
  async recordGone(fixture, a) {
    await fixture.record(pick(chunks, a), () => undefined);
  },
  async lastChunkLost(fixture) {
    await fixture.record(2, () => undefined);
    for (const key of await fixture.keys())
      if (/\/(00000002\.json|(rain|wind)\/2\.0\.0)$/.test(key)) await fixture.put(key, undefined);
  },
  async chunksForgotten(fixture) {
    for (const chunk of chunks) await fixture.record(chunk, () => undefined);
    for (const key of await fixture.keys()) if (provenance.test(key)) await fixture.put(key, undefined);
  },
  async ledgerLost(fixture) {
    for (const chunk of chunks) await fixture.record(chunk, () => undefined);
    await fixture.record("dataset", () => undefined);
  },
  async recordDamaged(fixture, a, b) {
    const damage = pick(recordDamages, b);
    await fixture.record(pick(chunks, a), (record) => damage(record, String(a % 4)));
  },
  async datasetRecordDamaged(fixture, a, b) {
    await fixture.record("dataset", (record) => pick(datasetDamages, b)(record, a));
  },
} as const satisfies Record<string, Apply>;

export const injury: fc.Arbitrary<Damage> = fc.record({
  what: fc.constantFrom(...(Object.keys(damage) as (keyof typeof damage)[])),
  a: fc.nat({ max: 200 }),
  b: fc.nat({ max: 999 }),
});
