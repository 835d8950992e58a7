import { GranuleError } from "../../errors.ts";
import { crc32c, hex8 } from "../../format/decompress/crc.ts";
import { gunzip } from "../../format/decompress/gunzip.ts";
import { inflateNode } from "../../format/decompress/inflateNode.ts";
import { detectFormat } from "../../format/detectFormat.ts";

/** What can be known of any file, whatever it holds. */
export interface Facts {
  readonly compression: "none" | "gzip";
  readonly crc32c: string;
  /** What it holds, inflated; `undefined` where it cannot be. */
  readonly raw: Uint8Array | undefined;
  /** Why not. */
  readonly fault: GranuleError | undefined;
  /** What `raw` looks like, or the file where there is none. */
  readonly looksLike: string;
  /** Readable text that `raw` begins with, without its padding, and its length with it; `undefined` if it begins otherwise. */
  readonly header: { readonly text: string; readonly bytes: number } | undefined;
}

const gzipMagic = [0x1f, 0x8b] as const;
/** Shorter runs of text stand at the head of binary values by chance. */
const headerBytesMin = 32;
const headerBytesMax = 64 * 1024;

/** Inflates a file to at most `rawBytesMax` bytes, as it would be ingested, and looks at what is there. */
export async function factsOf(bytes: Uint8Array, rawBytesMax: number): Promise<Facts> {
  const isGzip = gzipMagic.every((byte, i) => bytes[i] === byte);
  const { raw, fault } = isGzip ? await inflated(bytes, rawBytesMax) : { raw: bytes, fault: undefined };
  return {
    compression: isGzip ? "gzip" : "none",
    crc32c: hex8(crc32c(bytes)),
    raw,
    fault,
    looksLike: detectFormat(raw ?? bytes),
    header: raw && headerIn(raw),
  };
}

async function inflated(bytes: Uint8Array, rawBytesMax: number): Promise<Pick<Facts, "raw" | "fault">> {
  try {
    return { raw: (await gunzip(inflateNode, bytes, { rawBytesMax })).raw, fault: undefined };
  } catch (error) {
    if (error instanceof GranuleError) return { raw: undefined, fault: error };
    throw error;
  }
}

function headerIn(raw: Uint8Array): Facts["header"] {
  const looked = raw.subarray(0, headerBytesMax);
  const other = looked.findIndex((byte) => !isText(byte));
  const bytes = other < 0 ? looked.length : other;
  if (bytes < headerBytesMin) return undefined;
  const text = new TextDecoder().decode(looked.subarray(0, bytes)).trim();
  return text === "" ? undefined : { text, bytes };
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
