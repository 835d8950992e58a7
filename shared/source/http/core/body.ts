import type { Reply } from "./exchange.ts";
import { Failure } from "./failure.ts";
import type { HttpLimits } from "./limits.ts";
import { connectionFault } from "./words.ts";

/**
 * The whole body, as it came over the wire, in one allocation where its length is stated. Throws a `Failure` where it breaks off or
 * stands still for `idleMs`, and what `tooLarge` makes where it is longer than `bytesMax`; the connection is then closed.
 */
export function readBody(
  { message, statedBytes }: Reply,
  bytesMax: number,
  idleMs: number,
  tooLarge: () => Error,
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const received = new Received(statedBytes ?? 0, bytesMax);
  const end = (reason: Error) => {
    clearTimeout(idle);
    reject(reason);
    message.destroy();
  };
  const broken = (thrown?: unknown) => {
    const came = `${received.length}${statedBytes === undefined ? "" : ` of ${statedBytes}`} bytes`;
    const why = thrown === undefined ? "the connection broke" : connectionFault(thrown).why;
    end(thrown instanceof Failure ? thrown : new Failure(`${why} after ${came}`));
  };
  const idle = setTimeout(() => end(new Failure(`the answer stood still for ${idleMs} ms`)), idleMs);
  if ((statedBytes ?? 0) > bytesMax) end(tooLarge());
  else if (message.destroyed && !message.readableEnded) broken();
  else
    message
      .on("data", (chunk: Buffer) => {
        idle.refresh();
        if (!received.add(chunk)) end(tooLarge());
      })
      .once("end", () => {
        message.off("close", broken);
        if (!message.complete || received.length !== (statedBytes ?? received.length)) return broken();
        clearTimeout(idle);
        resolve(received.bytes());
      })
      .once("error", broken)
      .once("close", broken);
  return promise;
}

/** Memory that nobody has written to: what is given out of it has been. */
const unwritten = (bytes: number) => new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);

class Received {
  length = 0;
  readonly #bytesMax: number;
  #buffer: Uint8Array;

  constructor(statedBytes: number, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#buffer = unwritten(statedBytes > bytesMax ? 0 : statedBytes);
  }

  /** Whether there is room for it. */
  add(chunk: Uint8Array): boolean {
    const length = this.length + chunk.length;
    if (length > this.#bytesMax) return false;
    if (length > this.#buffer.length) {
      const grown = unwritten(Math.min(this.#bytesMax, Math.max(length, this.#buffer.length * 2)));
      grown.set(this.#buffer.subarray(0, this.length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.length);
    this.length = length;
    return true;
  }

  bytes(): Uint8Array {
    return this.length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.length);
  }
}

/** Reads what nobody wants, where it is little and comes soon, so that the connection can be used again; closes it otherwise. */
export function discardBody(
  { message, statedBytes = 0 }: Reply,
  { discardBytesMax, idleMs }: Pick<HttpLimits, "discardBytesMax" | "idleMs">,
): void {
  let length = 0;
  if (statedBytes > discardBytesMax) message.destroy();
  if (message.destroyed) return;
  const late = setTimeout(() => message.destroy(), idleMs);
  message
    .once("close", () => clearTimeout(late))
    .on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > discardBytesMax) message.destroy();
    });
}
