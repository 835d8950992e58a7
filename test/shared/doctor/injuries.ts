/** What can happen to a dataset's objects and records without anybody's asking. */
import fc from "fast-check";
import type { Fields } from "../../../shared/zarr/metadata.ts";
import type { Patient } from "./patient.ts";

/** One injury, with what it needs to choose its place. Indices count round. */
export interface Injury {
  readonly what: keyof typeof injuries;
  readonly a: number;
  readonly b: number;
}

type Apply = (
  patient: Patient,
  a: number,
  b: number,
  older: ReadonlyMap<string, Uint8Array>,
) => Promise<void>;

const pick = <Kept>(from: readonly Kept[], at: number) => from[at % from.length] as Kept;

async function keyAt(patient: Patient, at: number, pattern = /./): Promise<string> {
  return pick(
    (await patient.keys()).filter((key) => pattern.test(key)),
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

export const injuries = {
  async deleted(patient, a) {
    await patient.put(await keyAt(patient, a), undefined);
  },
  async truncated(patient, a, b) {
    const key = await keyAt(patient, a);
    const bytes = (await patient.bytes(key)) as Uint8Array;
    await patient.put(key, bytes.subarray(0, b % bytes.length));
  },
  async flipped(patient, a, b) {
    const key = await keyAt(patient, a, chunkObject);
    const bytes = (await patient.bytes(key)) as Uint8Array;
    const at = b % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (b % 8));
    await patient.put(key, bytes);
  },
  async garbled(patient, a, b) {
    await patient.put(await keyAt(patient, a), new Uint8Array(b % 40).fill(b));
  },
  async swapped(patient, a, b) {
    const [one, other] = [await keyAt(patient, a), await keyAt(patient, b)];
    const [first, second] = [await patient.bytes(one), await patient.bytes(other)];
    await patient.put(one, second);
    await patient.put(other, first);
  },
  async swappedValues(patient, a, b) {
    const [one, other] = [await keyAt(patient, a, dataObject), await keyAt(patient, b, dataObject)];
    const [first, second] = [await patient.bytes(one), await patient.bytes(other)];
    await patient.put(one, second);
    await patient.put(other, first);
  },
  async older(patient, a, _, older) {
    const [key, bytes] = pick([...older], a);
    await patient.put(key, bytes);
  },
  async anotherLength(patient, a, b) {
    await patient.edit(await keyAt(patient, a, lengthened), ({ shape, ...rest }) => {
      const [length = 0, ...grid] = (shape ?? []) as number[];
      return { ...rest, shape: [otherLength(length, b), ...grid] };
    });
  },
  async consolidatedOtherwise(patient, _, b) {
    await patient.edit("tiny.zarr/.zmetadata", (document) => {
      for (const [key, array] of Object.entries(
        (document.metadata ?? {}) as Record<string, { shape?: number[] }>,
      )) {
        if (!lengthened.test(`tiny.zarr/${key}`) || !array?.shape) continue;
        array.shape[0] = otherLength(array.shape[0] ?? 0, b);
      }
    });
  },
  async attributesOtherwise(patient, a, b) {
    const wrong = pick(
      [{ valid_through: "2031-01-01T00:00:00Z" }, { granule_gap_count: 77 }, { commit_seq: b }],
      b,
    );
    const key = pick(["tiny.zarr/.zattrs", "tiny.zarr/rain/.zattrs"], a);
    await patient.edit(key, (document) => ({ ...document, ...wrong }));
  },
  async provenanceForgotten(patient) {
    for (const key of await patient.keys()) if (provenance.test(key)) await patient.put(key, undefined);
  },
  async strayObject(patient, a, b) {
    const bytes = await patient.bytes(await keyAt(patient, a, dataObject));
    await patient.put(pick(["tiny.zarr/rain/5.0.0", "tiny.zarr/wind/3.0.0"], b), bytes);
  },
  async recordLost(patient, a) {
    await patient.record(pick(chunks, a), () => undefined);
  },
  async lastChunkLost(patient) {
    await patient.record(2, () => undefined);
    for (const key of await patient.keys())
      if (/\/(00000002\.json|(rain|wind)\/2\.0\.0)$/.test(key)) await patient.put(key, undefined);
  },
  async chunksForgotten(patient) {
    for (const chunk of chunks) await patient.record(chunk, () => undefined);
    for (const key of await patient.keys()) if (provenance.test(key)) await patient.put(key, undefined);
  },
  async ledgerLost(patient) {
    for (const chunk of chunks) await patient.record(chunk, () => undefined);
    await patient.record("dataset", () => undefined);
  },
  async recordDamaged(patient, a, b) {
    const damage = pick(recordDamages, b);
    await patient.record(pick(chunks, a), (record) => damage(record, String(a % 4)));
  },
  async datasetRecordDamaged(patient, a, b) {
    await patient.record("dataset", (record) => pick(datasetDamages, b)(record, a));
  },
} as const satisfies Record<string, Apply>;

export const injury: fc.Arbitrary<Injury> = fc.record({
  what: fc.constantFrom(...(Object.keys(injuries) as (keyof typeof injuries)[])),
  a: fc.nat({ max: 200 }),
  b: fc.nat({ max: 999 }),
});
