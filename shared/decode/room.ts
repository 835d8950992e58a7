/** Memory that is used again: for large content, pages that are new each time cost more than what is done with them. */
export interface Room {
  /** So many bytes, which hold whatever they held before. Those that were given out before are given out again. */
  of(bytes: number): Uint8Array;
}

export function createRoom(): Room {
  let buffer = new Uint8Array(0);
  return {
    of(bytes) {
      if (bytes > buffer.length) buffer = new Uint8Array(bytes);
      return buffer.subarray(0, bytes);
    },
  };
}

/**
 * Frees the memory of a piece that a stream gave out and is done with, now rather than when it is collected: the next piece is
 * made of it then. Only of a full one is the whole buffer the piece.
 */
export function giveBack(piece: Uint8Array<ArrayBuffer>, pieceBytes: number): void {
  if (piece.length === pieceBytes && piece.buffer.byteLength === pieceBytes) piece.buffer.transfer(0);
}
