import { formatInstant } from "../../dataset/timeAxis.ts";
import type { Field } from "./fields.ts";
import { type Decoded, headerPairs, type Inspection } from "./inspect.ts";
import { percentilesShown } from "./statistics.ts";

/** All that is known of a file, as one object for machines. Its picture is left out. */
export function inspectionDocument(inspection: Inspection): Record<string, unknown> {
  const { file, facts, refused, guesses, grids, verdict } = inspection;
  return {
    verdict,
    file: file.place,
    size_bytes: file.bytes.length,
    modified_at: instantOrNull(file.modifiedAt),
    crc32c: facts.crc32c,
    compression: facts.compression,
    inflated_bytes: facts.raw?.length ?? null,
    looks_like: facts.looksLike,
    ...(verdict === "corrupt"
      ? { fault: inspection.error.fault, reason: inspection.error.message }
      : { fault: null, reason: null }),
    ...(verdict === "decoded"
      ? decodedMembers(inspection.decoded)
      : { dataset: null, time: null, index: null, header: headerObject(headerPairs(facts)), fields: [] }),
    refused: refused.map(({ dataset, isByPath, result }) => ({
      dataset: dataset.id,
      by_path: isByPath,
      ...("error" in result ? { fault: result.error.fault, reason: result.error.message } : {}),
    })),
    guesses: guesses.map(({ headerBytes, fields, type, byteOrder, rows, columns, likeness }) => ({
      header_bytes: headerBytes,
      fields,
      type,
      byte_order: byteOrder,
      rows,
      columns,
      likeness: Number(likeness.toFixed(3)),
    })),
    grids: grids.map(({ headerBytes, rows, columns, bytesPerCell }) => ({
      header_bytes: headerBytes,
      rows,
      columns,
      bytes_per_cell: bytesPerCell,
    })),
  };
}

function decodedMembers({ dataset, time, index, header, fields }: Decoded): Record<string, unknown> {
  return {
    dataset: dataset.id,
    time: instantOrNull(time),
    index: index ?? null,
    header: headerObject(header),
    fields: fields.map(fieldDocument),
  };
}

function fieldDocument({ array, storedAs, isThere, shape, statistics }: Field): Record<string, unknown> {
  const { count, missing, infinite, moments } = statistics;
  const percentiles = percentilesShown.map((percent, i) => [`p${percent}`, moments?.percentiles[i]]);
  return {
    name: array.name,
    type: array.dtype,
    stored_as: storedAs,
    in_granule: isThere,
    shape,
    units: array.attributes.units ?? null,
    count,
    missing,
    infinite,
    min: moments?.min ?? null,
    max: moments?.max ?? null,
    mean: moments?.mean ?? null,
    standard_deviation: moments?.standardDeviation ?? null,
    percentiles: moments ? Object.fromEntries(percentiles) : null,
  };
}

function headerObject(header: ReadonlyMap<string, string> | undefined) {
  return header ? Object.fromEntries(header) : null;
}

function instantOrNull(t: number | undefined): string | null {
  return t === undefined ? null : formatInstant(t);
}
