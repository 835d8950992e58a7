import { ReceivedBytes } from "../../receivedBytes.ts";
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
  const received = new ReceivedBytes(bytesMax);
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
        if (!received.add(chunk, statedBytes ?? 0)) end(tooLarge());
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
