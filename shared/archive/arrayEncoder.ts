import { bytesOf, chunkValues, filledValues } from "../dataset/chunkGrid.ts";
import { valuesPerStep } from "../dataset/coordinates.ts";
import type { Descriptor } from "../dataset/dataset.ts";
import type { ArraySpec } from "../dataset/descriptor.ts";
import { itemBytes, type Values } from "../dataset/values.ts";
import { createDecoder, createEncoder } from "../zarr/codec.ts";
import { defaultCodec } from "../zarr/compressor.ts";

/** What becomes of a chunk's timesteps that nobody adds. */
export interface RetainPolicy {
  /** One array's chunk as it stands, compressed, and its key for messages; `undefined` where nothing is to be kept of it. */
  readonly existing: { readonly bytes: Uint8Array; readonly key: string } | undefined;
  /** Whether what stands at an offset is to stay; what stays nowhere is filled. */
  readonly isRetained: (offset: number) => boolean;
}

export const retainNothing: RetainPolicy = { existing: undefined, isRetained: () => false };

/**
 * One array's chunk in the making, (time, …grid): timesteps are added in the order of their offsets, and everything between
 * them is kept or filled. It is decompressed and compressed as it goes, so that no chunk ever lies in memory as a whole.
 */
export interface ArrayEncoder {
  /** Adds the timestep at `offset`, which must lie after all that were added; `make` sets its values. */
  add(offset: number, make: (values: Values) => void): Promise<void>;
  /** The compressed chunk. Throws a `StorageError` of operation `decode` if what stands there is damaged, as `add` may. */
  finish(): Promise<Uint8Array>;
  /** Frees what it holds. */
  drop(): void;
}

export function createArrayEncoder(
  descriptor: Descriptor,
  array: ArraySpec,
  { existing, isRetained }: RetainPolicy,
): ArrayEncoder {
  const { dtype, fillValue, codec = defaultCodec } = array;
  const rawBytes = chunkValues(descriptor) * itemBytes[dtype];
  const encoder = createEncoder(codec, rawBytes);
  const decoder = existing && createDecoder(codec, existing.bytes, rawBytes, existing.key);
  // Two, so that one is made while the other is compressed.
  const slices = [0, 1].map(() => ({
    values: filledValues(dtype, valuesPerStep(descriptor), 0),
    written: Promise.resolve(),
  }));
  let next = 0;

  async function write(make?: (values: Values) => void): Promise<void> {
    const offset = next++;
    const slice = slices[offset % slices.length] as (typeof slices)[number];
    await slice.written;
    const { values } = slice;
    if (decoder) await decoder.read(bytesOf(values));
    if (make) make(values);
    else if (!(decoder && isRetained(offset))) values.fill(fillValue);
    slice.written = encoder.write(bytesOf(values));
    slice.written.catch(() => undefined); // who comes next awaits it
  }

  return {
    async add(offset, make) {
      if (offset < next)
        throw new RangeError(`the timestep at offset ${offset} comes after that at ${next - 1}`);
      while (next < offset) await write();
      await write(make);
    },
    async finish() {
      while (next < descriptor.time.chunkLength) await write();
      await decoder?.end();
      await Promise.all(slices.map(({ written }) => written));
      return encoder.end();
    },
    drop() {
      encoder.drop();
      decoder?.drop();
    },
  };
}

/** A chunk whose timesteps at `taken` are those of the compressed chunk `bytes`, and all others kept or filled. */
export async function reencode(
  descriptor: Descriptor,
  array: ArraySpec,
  bytes: Uint8Array,
  taken: ReadonlySet<number>,
  kept: RetainPolicy,
): Promise<Uint8Array> {
  const encoder = createArrayEncoder(descriptor, array, kept);
  try {
    for await (const [offset, slice] of slicesOf(descriptor, array, { bytes, key: array.name })) {
      if (taken.has(offset)) await encoder.add(offset, (values) => values.set(slice as never));
    }
    return await encoder.finish();
  } finally {
    encoder.drop();
  }
}

/**
 * The timesteps of a compressed chunk with their offsets, one after the other; each holds until the next is asked for. Throws a `StorageError` of
 * operation `decode` that names `key` if the chunk is damaged, at the latest at its end.
 */
export async function* slicesOf(
  descriptor: Descriptor,
  { dtype, codec = defaultCodec }: ArraySpec,
  { bytes, key }: { readonly bytes: Uint8Array; readonly key: string },
): AsyncGenerator<readonly [offset: number, values: Values], void> {
  const decoder = createDecoder(codec, bytes, chunkValues(descriptor) * itemBytes[dtype], key);
  const slice = filledValues(dtype, valuesPerStep(descriptor), 0);
  try {
    for (let offset = 0; offset < descriptor.time.chunkLength; offset++) {
      await decoder.read(bytesOf(slice));
      yield [offset, slice];
    }
    await decoder.end();
  } finally {
    decoder.drop();
  }
}
