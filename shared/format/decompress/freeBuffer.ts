/** Smaller memory may be a part of what Node shares out to many, and is not worth it. */
const worthwhileBytes = 128 * 1024;

/**
 * Frees the memory of bytes that nobody will look at again, now rather than when it is collected: what comes next is made of it
 * then. Memory that is touched for the first time can cost more than what is done with it. All views of it become empty.
 */
export function freeBuffer({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= worthwhileBytes) buffer.transfer(0);
}
