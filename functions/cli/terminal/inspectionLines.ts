import type { Attempt } from "../../../shared/authoring/inspect/attempts.ts";
import type { Facts } from "../../../shared/authoring/inspect/facts.ts";
import type { FittingGrid, Guess } from "../../../shared/authoring/inspect/guesses.ts";
import { type Decoded, headerPairs, type Inspection } from "../../../shared/authoring/inspect/inspect.ts";
import { formatInstant } from "../../../shared/dataset/timeAxis.ts";
import { counted } from "../../runtime/log/humanText.ts";
import { fieldLines } from "./fieldLines.ts";
import type { ColourDepth } from "./pictureBlocks.ts";

const headerCharactersMax = 400;
const gridsShownMax = 4;

/** All that is known of a file, for people. */
export function inspectionLines(inspection: Inspection, depth: ColourDepth): string[] {
  const { file, facts } = inspection;
  const dated = file.modifiedAt === undefined ? "" : `, dated ${formatInstant(file.modifiedAt)}`;
  return [
    file.place,
    `size         ${counted(file.bytes.length, "byte")}${dated}`,
    `compression  ${compressionText(facts)}`,
    `crc32c       ${facts.crc32c}`,
    ...(inspection.verdict === "decoded"
      ? decodedLines(inspection.decoded, depth)
      : undecodedLines(inspection)),
  ];
}

function compressionText({ compression, raw, fault }: Facts): string {
  if (compression === "none") return "none";
  return raw
    ? `gzip, inflates to ${counted(raw.length, "byte")}, CRC-32 is right`
    : `gzip: ${fault?.message}`;
}

/** What a dataset makes of a granule. */
export function decodedLines(decoded: Decoded, depth: ColourDepth): string[] {
  const { dataset, isByPath, header, fields } = decoded;
  const how = isByPath ? "by its path" : "by what is in it: its path is not as the descriptor has it";
  return [
    `dataset      ${dataset.id}, ${how}`,
    `timestep     ${timestepText(decoded)}`,
    ...(header ? pairLines(header) : []),
    ...fields.flatMap((field) => ["", ...fieldLines(field, depth)]),
  ];
}

function timestepText({ dataset: { time: axis, source }, time, index, frames }: Decoded): string {
  if (time === undefined) return "not known: neither path nor header says it";
  const { stepsPerGranule } = source;
  const lacks =
    frames === stepsPerGranule ? "" : `, without the last ${stepsPerGranule - frames}: the file is too short`;
  const more = stepsPerGranule === 1 ? "" : `, and the next ${stepsPerGranule - 1}${lacks}`;
  if (index !== undefined) return `${formatInstant(time)}${more}, index ${index}`;
  const start = `begins ${formatInstant(axis.start)}`;
  const end = axis.end === undefined ? "" : `, ends ${formatInstant(axis.end)}`;
  return `${formatInstant(time)}: not on the dataset's axis, which ${start}${end}`;
}

function pairLines(header: ReadonlyMap<string, string>): string[] {
  return ["header", ...[...header].map(([key, value]) => `  ${key}=${value}`)];
}

function undecodedLines(inspection: Inspection): string[] {
  const { facts, refused, guesses, grids } = inspection;
  return [
    `looks like   ${facts.looksLike}`,
    "dataset      none decodes it",
    ...refused.map((attempt) => `  ${refusalText(attempt)}`),
    ...headerLines(facts),
    ...guessLines(guesses, grids),
  ];
}

function refusalText({ dataset, isByPath, result }: Attempt): string {
  const why = "error" in result ? `${result.error.fault}: ${result.error.message}` : "";
  return `${dataset.id}${isByPath ? ", whose path it has" : ""}: ${why}`;
}

function headerLines(facts: Facts): string[] {
  const { header } = facts;
  if (!header) return [];
  const pairs = headerPairs(facts);
  if (pairs) return pairLines(pairs);
  const text = header.text.slice(0, headerCharactersMax).replace(/\s+/g, " ");
  return ["header", `  ${text}${header.text.length > headerCharactersMax ? "…" : ""}`];
}

function guessLines(guesses: readonly Guess[], grids: readonly FittingGrid[]): string[] {
  const told = guesses.map((guess) => `  ${guessText(guess)}`);
  const fitting = grids
    .slice(0, gridsShownMax)
    .map(
      ({ rows, columns, text, bytesPerCell, headerBytes }) =>
        `  ${rows} × ${columns} (${text}): ${counted(bytesPerCell, "byte")} a cell${afterHeader(headerBytes)}`,
    );
  return [
    ...(told.length > 0 ? ["could be", ...told] : []),
    ...(fitting.length > 0 ? ["grids of its length", ...fitting] : []),
  ];
}

/** As in `1 field of float32, big endian, 25 × 53`. */
export function guessText({ fields, type, byteOrder, rows, columns, text, headerBytes }: Guess): string {
  const order = type.endsWith("8") ? "" : `, ${byteOrder} endian`;
  const grid = `${rows} × ${columns}${text ? ` (${text})` : ""}`;
  return `${counted(fields, "field")} of ${type}${order}, ${grid}${afterHeader(headerBytes)}`;
}

function afterHeader(headerBytes: number): string {
  return headerBytes > 0 ? ` after a header of ${counted(headerBytes, "byte")}` : "";
}
