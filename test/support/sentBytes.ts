import { type Answered, bytesOf } from "../../functions/runtime/http/answer.ts";

/** The bytes that would be sent of an answer. */
export async function sentBytes(answered: Answered): Promise<Uint8Array> {
  if (!("opened" in answered)) return bytesOf(answered);
  const pieces: Uint8Array[] = [];
  for await (const piece of answered.opened.read(answered.first, answered.end))
    pieces.push(new Uint8Array(piece));
  await answered.opened.close();
  return Buffer.concat(pieces);
}
