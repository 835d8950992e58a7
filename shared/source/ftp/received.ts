import { Writable } from "node:stream";
import { GranuleError } from "../../errors.ts";
import { ReceivedBytes } from "../receivedBytes.ts";

const repliesKeptMax = 4096;

/** Holds what arrives, in one allocation where the server announces the size. */
export class Received extends Writable {
  #replies = "";
  readonly #bytesMax: number;
  readonly #place: string;
  readonly #received: ReceivedBytes;

  constructor(bytesMax: number, place: string) {
    super();
    this.#bytesMax = bytesMax;
    this.#place = place;
    this.#received = new ReceivedBytes(bytesMax);
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
    const announced = this.announced() ?? 0;
    const isTaken = announced <= this.#bytesMax && this.#received.add(chunk, announced);
    if (isTaken) done();
    else done(new GranuleError("tooLarge", `${this.#place}: is larger than ${this.#bytesMax} bytes`));
  }

  get length(): number {
    return this.#received.length;
  }

  bytes(): Uint8Array {
    return this.#received.bytes();
  }
}
