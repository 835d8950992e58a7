import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const inflate = promisify(gunzip) as (bytes: Uint8Array, options: object) => Promise<Buffer>;
const rawBytes = 4_841_344;
/** Else the whole output would be copied once more when it fills its room to the last byte. */
const spareBytes = 64;

/**
 * The raw granules in order, several of them inflated at once. Each is there until the next is asked for: then its
 * memory is given back, without waiting for the garbage collector, and the next granule finds it mapped already. Nothing costs
 * less; pieces of any size, each in fresh memory, cost about twice as much.
 */
export async function* inflated(
  granules: readonly (Uint8Array | Promise<Uint8Array>)[],
  atOnce: number,
): AsyncGenerator<Buffer> {
  const begin = async (gz: Uint8Array | Promise<Uint8Array>) =>
    inflate(await gz, { chunkSize: rawBytes + spareBytes });
  const coming = granules.slice(0, atOnce).map(begin);
  for (let i = 0; i < granules.length; i++) {
    const raw = (await coming.shift()) as Buffer<ArrayBuffer>;
    yield raw;
    raw.buffer.transfer(0);
    const next = granules[i + atOnce];
    if (next) coming.push(begin(next));
  }
}
