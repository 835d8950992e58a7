/** Bytes that arrive piece by piece, in one allocation where their number is told; at most so many. */
export class ReceivedBytes {
  length = 0;
  readonly #bytesMax: number;
  #buffer = new Uint8Array(0);

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether there is room for it; `expected`: how many bytes there are to be in all, 0 where nobody knows. */
  add(piece: Uint8Array, expected: number): boolean {
    const length = this.length + piece.length;
    if (length > this.#bytesMax) return false;
    if (length > this.#buffer.length) {
      const most = Math.max(expected, length, this.#buffer.length * 2);
      const grown = unwritten(Math.min(this.#bytesMax, most));
      grown.set(this.#buffer.subarray(0, this.length));
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.length);
    this.length = length;
    return true;
  }

  bytes(): Uint8Array {
    return this.length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.length);
  }
}

/** Memory that nobody has written to: what is given out of it has been. */
const unwritten = (bytes: number) => new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
