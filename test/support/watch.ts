/**
 * A reader of the tiny dataset who looks after every put, so quickly that thousands of histories can be watched from end to
 * end. It knows nothing of how the dataset is written: it parses metadata, and decompresses chunks itself.
 */
import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { type TinyFields, tinyFields, tinyFill } from "./tinyDataset.ts";

/** What stands at a timestep of an array: the revision of its granule, or fill. */
type Shown = number | "fill";

export interface Watch {
  /** Looks at an object that was put. Throws an `AssertionError` where a promise is broken. */
  seePut(key: string, bytes: Uint8Array): void;
  /** Is told that nobody can decode an object any more, until it is put again. */
  seeInjury(key: string): void;
  /** Looks at what was deleted: nothing but what was injured may be. */
  seeDelete(key: string): void;
  /** Looks at a timestep that was recorded as lost: none may be while an array still holds its values. */
  seeLoss(index: number): void;
  /** Is told that a granule of a timestep was recorded where there was none. */
  seeGain(index: number): void;
  /** Keys of what was injured, and not put again since. */
  readonly injured: ReadonlySet<string>;
  /** Puts that were looked at. */
  readonly looks: number;
}

export interface Watched {
  readonly chunkLength: number;
  readonly steps: number;
  /** Revisions that a granule may have. */
  readonly revisionsMax: number;
  /** Whether the provider ever had that revision of the granule. */
  readonly wasPublished: (index: number, revision: number) => boolean;
}

const group = "tiny.zarr/";
const flags = ["present", "missing", "corrupt", "pending"];
const alongTime = ["rain", "wind", "time", "time_bnds", "granule_status"];

export function createWatch({ chunkLength, steps, revisionsMax, wasPublished }: Watched): Watch {
  const known = new Map<string, Shown>();
  for (const array of ["rain", "wind"] as const) {
    known.set(`${array} ${textOf(bytesOf(array, tinyFill))}`, "fill");
    for (let index = 0; index < steps; index++) {
      for (let revision = 0; revision <= revisionsMax; revision++) {
        known.set(`${array} ${index} ${textOf(bytesOf(array, tinyFields(index, revision)))}`, revision);
      }
    }
  }
  const shown = { rain: [] as Shown[], wind: [] as Shown[] };
  const injured = new Set<string>();
  /** Timesteps whose values went with the objects of their chunk, until readers are told of it. */
  const losses = new Map<number, "lost" | "had again">();
  const ownLengths = new Map<string, number>();
  let statuses: string[] = [];
  let length = 0;
  let commitSeq = -1;
  let looks = 0;

  function seeChunk(array: "rain" | "wind", chunk: number, bytes: Uint8Array): void {
    const raw = zstdDecompressSync(bytes);
    const stepBytes = raw.length / chunkLength;
    for (let offset = 0; offset < chunkLength; offset++) {
      const index = chunk * chunkLength + offset;
      const text = textOf(raw.subarray(offset * stepBytes, (offset + 1) * stepBytes));
      const now = known.get(`${array} ${index} ${text}`) ?? known.get(`${array} ${text}`);
      assert.notEqual(now, undefined, `${array} at ${index} holds no granule's values`);
      const before = shown[array][index] ?? "fill";
      // What nobody recorded may be cleared: readers were never told that it is there.
      if (now === "fill") {
        const isPresent = before !== "fill" && statuses[index] === "present" && losses.get(index) !== "lost";
        assert.ok(!isPresent, `${array} at ${index}: values became fill`);
      } else {
        assert.ok(wasPublished(index, now as number), `${array} at ${index}: revision ${now} never was`);
        assert.ok(before === "fill" || before <= (now as number), `${array} at ${index}: ${before} → ${now}`);
      }
      shown[array][index] = now as Shown;
    }
  }

  function seeConsolidated(bytes: Uint8Array): void {
    const { metadata } = JSON.parse(Buffer.from(bytes).toString());
    const lengths = alongTime.map((array) => metadata[`${array}/.zarray`].shape[0] as number);
    assert.equal(new Set(lengths).size, 1, `lengths along time: ${lengths}`);
    assert.ok((lengths[0] as number) >= length, `the length shrank from ${length} to ${lengths[0]}`);
    assert.ok(
      metadata[".zattrs"].commit_seq > commitSeq,
      `commit ${metadata[".zattrs"].commit_seq} came late`,
    );
    length = lengths[0] as number;
    commitSeq = metadata[".zattrs"].commit_seq;
  }

  function seeOwnLength(array: string, bytes: Uint8Array): void {
    const [now] = JSON.parse(Buffer.from(bytes).toString()).shape as [number];
    const before = ownLengths.get(array) ?? 0;
    assert.ok(now >= before, `${array} on its own shrank from ${before} to ${now}`);
    ownLengths.set(array, now);
  }

  function seeStatuses(bytes: Uint8Array): void {
    const now = Array.from(
      new Int8Array(zstdDecompressSync(bytes)).subarray(0, steps),
      (flag) => flags[flag],
    );
    for (const [index, status] of now.entries()) {
      const wasPresent = statuses[index] === "present";
      assert.ok(
        !wasPresent || status === "present" || losses.has(index),
        `timestep ${index}, once present, is ${status}`,
      );
      if (status !== "present" || losses.get(index) === "had again") losses.delete(index);
    }
    statuses = now as string[];
  }

  function assertVisible(): void {
    for (const array of alongTime) {
      assert.ok(
        (ownLengths.get(array) ?? 0) >= length,
        `${array} is shorter than the consolidated ${length}`,
      );
    }
    for (let index = 0; index < length; index++) {
      for (const array of ["rain", "wind"] as const) {
        const now = shown[array][index];
        assert.ok(now !== undefined, `${array} at ${index} is visible and has no object`);
        const isUntold = statuses[index] !== "present" || losses.has(index);
        assert.ok(now !== "fill" || isUntold, `${array} at ${index} is called present`);
      }
    }
    assert.ok(statuses.length >= length || length === 0, "there are statuses");
  }

  return {
    get looks() {
      return looks;
    },
    injured,
    seeInjury(key) {
      injured.add(key);
    },
    seeDelete(key) {
      assert.ok(injured.has(key), `${key} was deleted, and was not injured`);
    },
    seeLoss(index) {
      for (const array of ["rain", "wind"]) {
        const key = `${group}${array}/${Math.floor(index / chunkLength)}.0.0`;
        assert.ok(injured.has(key), `timestep ${index} was given up, and ${array} holds it`);
      }
      losses.set(index, "lost");
    },
    seeGain(index) {
      if (losses.has(index)) losses.set(index, "had again");
    },
    seePut(key, bytes) {
      injured.delete(key);
      if (!key.startsWith(group)) return;
      const [array = "", name = ""] = key.slice(group.length).split("/");
      if (array === ".zmetadata") seeConsolidated(bytes);
      else if (name === ".zarray") seeOwnLength(array, bytes);
      else if (array === "granule_status" && name === "0") seeStatuses(bytes);
      else if (/^(rain|wind)$/.test(array) && /^\d/.test(name)) {
        seeChunk(array as "rain" | "wind", Number(name.split(".")[0]), bytes);
      } else return;
      if (commitSeq >= 0) assertVisible();
      looks++;
    },
  };
}

/** As the dataset stores it: hundredths in 16 bits, floats; fill where nothing was measured. */
function bytesOf(array: "rain" | "wind", fields: TinyFields): Uint8Array {
  const values = fields[array];
  const stored =
    array === "rain"
      ? Int16Array.from(values, (value) => value ?? -9999)
      : Float32Array.from(values, (value) => value ?? Number.NaN);
  return new Uint8Array(stored.buffer);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
