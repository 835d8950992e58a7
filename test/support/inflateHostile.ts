/**
 * Inflates a gzip file that is all small members, the last of them damaged: `node inflateHostile.ts node|pako MEMBERS`. Says
 * what it came to and the most memory that the process ever had, in MiB, as JSON.
 */

import { GranuleError } from "../../shared/errors.ts";
import { gunzip } from "../../shared/format/decompress/gunzip.ts";
import { inflateNode } from "../../shared/format/decompress/inflateNode.ts";
import { inflatePako } from "../../shared/format/decompress/inflatePako.ts";
import { joined } from "./hostileEdits.ts";
import { gzipMember } from "./hostileGzip.ts";

const [, , engine, members] = process.argv;
const sound = gzipMember({ raw: Uint8Array.of(65) });
const damaged = gzipMember({ raw: Uint8Array.of(65), crcError: 1 });
const file = joined(...Array.from({ length: Number(members) - 1 }, () => sound), damaged);
const inflater = engine === "pako" ? inflatePako : inflateNode;
const fault = await gunzip(inflater, file, { rawBytesMax: 1_000_000 }).catch((error: unknown) =>
  error instanceof GranuleError ? error.fault : String(error),
);
console.log(JSON.stringify({ fault, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) }));
