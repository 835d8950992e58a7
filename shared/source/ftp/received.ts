import { Writable } from "node:stream";
import { GranuleError } from "../../errors.ts";

const repliesKeptMax = 4096;

/** Holds what arrives, in one allocation where the server announces the size. */
export class Received extends Writable {
  length = 0;
  #replies = "";
  readonly #bytesMax: number;
  readonly #place: string;
  #buffer = new Uint8Array(0);

  constructor(bytesMax: number, place: string) {
    super();
    this.#bytesMax = bytesMax;
    this.#place = place;
  }

  /** From a reply such as `150 Opening BINARY mode data connection for a.bin (1234 bytes).` */
  announced(): number | undefined {
    const bytes = /^1\d\d .*\((\d+) bytes\)\.?\s*$/m.exec(this.#replies)?.[1];
    return bytes === undefined ? undefined : Number(bytes);
  }

  /** Takes note of what the server says while the file is transferred. */
  hear(reply: string): void {
    this.#replies = (this.#replies + reply).slice(0, repliesKeptMax);
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    const length = this.length + chunk.length;
    const announced = this.announced() ?? 0;
    if (Math.max(length, announced) > this.#bytesMax) {
      done(new GranuleError("tooLarge", `${this.#place}: is larger than ${this.#bytesMax} bytes`));
      return;
    }
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(
        Math.min(this.#bytesMax, Math.max(announced, length, this.#buffer.length * 2)),
      );
      grown.set(this.#buffer.subarray(0, this.length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.length);
    this.length = length;
    done();
  }

  bytes(): Uint8Array {
    return this.length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.length);
  }
}
