/**
 * What is wrong with a zstd frame that Node decompresses to `contentBytes`: it is content with less than the readers that
 * people have, who allot what the header states and refuse what follows the frame. `undefined` if nothing is.
 * Source: RFC 8878, section 3.1.1.
 */
export function frameFault(frame: Uint8Array, contentBytes: number): string | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const { sizeAt, sizeBytes, end } = measured(frame);
  if (end !== frame.length) return `its frame is ${end} bytes long, the object ${frame.length}`;
  const stated = statedSize(view, sizeAt, sizeBytes);
  return stated === contentBytes
    ? undefined
    : `its frame states ${stated ?? "no"} bytes instead of ${contentBytes}`;
}

/** The first of the frames. */
export function firstFrame(frames: Uint8Array): Uint8Array {
  return frames.subarray(0, measured(frames).end);
}

/** Where a frame states its content's size, in how many bytes, and where it ends. */
function measured(frame: Uint8Array) {
  const descriptor = frame[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03] as number;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  return { sizeAt, sizeBytes, end: endOfBlocks(frame, sizeAt + sizeBytes) + (hasChecksum ? 4 : 0) };
}

function statedSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return bytes === 8 ? Number(view.getBigUint64(at, true)) : undefined;
}

/** Where the last block ends; past the frame's end where it has none. */
function endOfBlocks(frame: Uint8Array, first: number): number {
  const rle = 1;
  for (let at = first; at + 3 <= frame.length; ) {
    const header = (frame[at] ?? 0) | ((frame[at + 1] ?? 0) << 8) | ((frame[at + 2] ?? 0) << 16);
    const isLast = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === rle ? 1 : header >> 3);
    if (isLast) return at;
  }
  return Number.POSITIVE_INFINITY;
}
