const signatures: readonly (readonly [kind: string, bytes: readonly number[]])[] = [
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["bzip2 data", [0x42, 0x5a, 0x68]],
  ["xz data", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["zstd data", [0x28, 0xb5, 0x2f, 0xfd]],
  ["compress (.Z) data", [0x1f, 0x9d]],
  ["an HDF5 or netCDF-4 file", [0x89, 0x48, 0x44, 0x46]],
  ["a netCDF file", [0x43, 0x44, 0x46]],
  ["a PDF document", [0x25, 0x50, 0x44, 0x46]],
];
const lookedAtBytesMax = 512;
const shownCharactersMax = 40;
const shownBytesMax = 8;

/** What a file that should be something else looks like, with its first bytes, on one line of printable ASCII. */
export function detectFormat(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const signature = signatures.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  if (signature) return `${signature[0]} (${firstBytes(bytes)})`;
  const text = textAtStart(bytes);
  if (text === undefined) {
    const kind = bytes.some((byte) => byte !== 0) ? "unknown binary data" : "nothing but zero bytes";
    return `${kind} (${firstBytes(bytes)})`;
  }
  const line = text
    .replace(/\s+/g, " ")
    .trim()
    .replaceAll(/[^ -~]/g, "?");
  const shown = line.length > shownCharactersMax ? `${line.slice(0, shownCharactersMax)}...` : line;
  return `${textKind(text)} ("${shown}")`;
}

function textKind(text: string): string {
  if (/^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(text)) return "an HTML page";
  return /^\s*<[?!a-z]/i.test(text) ? "an XML document" : "plain text";
}

/** The first of the bytes as text, or `undefined` if they are not UTF-8 without control characters. */
function textAtStart(bytes: Uint8Array): string | undefined {
  try {
    // A character cut in two at the end of what is looked at is no fault: streaming keeps it back.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, lookedAtBytesMax), {
      stream: true,
    });
    return /[^\P{Cc}\t\r\n\f]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function firstBytes(bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, shownBytesMax), (byte) => byte.toString(16).padStart(2, "0"));
  return `first bytes ${hex.join(" ")}`;
}
