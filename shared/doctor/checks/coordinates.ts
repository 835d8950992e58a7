import {
  type CoordinateChunk,
  compareCoordinate,
  fixedChunks,
  timeChunks,
} from "../../archive/coordinates.ts";
import { attributesIn, type StoredDocuments } from "../../archive/documents.ts";
import { hasSameContent } from "../../archive/groupObjects.ts";
import { placeOf } from "../../dataset/chunkGrid.ts";
import type { DatasetWiring } from "../../pipeline/wiring.ts";
import type { StoredObject } from "../../store/store.ts";
import { decode } from "../../zarr/codec.ts";
import { defaultCodec } from "../../zarr/compressor.ts";
import { groupKey } from "../../zarr/layout.ts";
import { coordinateChunkLength, geospatialPrefix, groupModel } from "../../zarr/metadata.ts";
import type { Findings } from "../evidence/differences.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** A coordinate's chunk as it should be, and the object that stands there. */
export interface CoordinateObject {
  readonly chunk: CoordinateChunk;
  readonly object: StoredObject | undefined;
  readonly state: "gone" | "damaged" | ReturnType<typeof compareCoordinate>;
}

/** All chunks of coordinates that readers of that length need, one at a time. */
export async function* readCoordinates(
  { store }: DatasetWiring,
  { dataset, length }: Evidence,
  signal: AbortSignal,
): AsyncGenerator<CoordinateObject> {
  const last = placeOf(Math.max(0, length - 1), coordinateChunkLength).chunk;
  for (let number = -1; number <= last; number++) {
    for (const chunk of number < 0 ? fixedChunks(dataset) : timeChunks(dataset, number)) {
      const key = groupKey(dataset.id, chunk.key);
      const object = await store.read(key, signal);
      const raw =
        object && (await decode(defaultCodec, object.bytes, chunk.raw.length, key).catch(() => undefined));
      const state = !object ? "gone" : !raw ? "damaged" : compareCoordinate(chunk, raw);
      yield { chunk, object, state };
    }
  }
}

/**
 * Compares every coordinate with the descriptor's. Times follow from what the metadata say of them; a dimension of other
 * values is the descriptor's fault where the group's attributes do not speak for it. Returns what is drift.
 */
export async function checkCoordinates(
  wiring: DatasetWiring,
  evidence: Evidence,
  documents: StoredDocuments,
  findings: Findings,
  signal: AbortSignal,
): Promise<string[]> {
  const drift: string[] = [];
  for await (const { chunk, state } of readCoordinates(wiring, evidence, signal)) {
    const isTime = /^time(_bnds)?\//.test(chunk.key);
    if (state === "gone") findings.add("coordinateGone", chunk.key);
    else if (state === "rounded")
      findings.add("coordinateRounded", chunk.key, "its last digits are not the descriptor's");
    else if (state === "damaged") findings.add("coordinateDamaged", chunk.key, "it cannot be decoded");
    else if (state === "unlike" && (isTime || isSpokenFor(evidence, documents, chunk.key)))
      findings.add("coordinateDamaged", chunk.key, "it holds other values");
    else if (state === "unlike") drift.push(`${chunk.key}: the coordinate's values are not the descriptor's`);
  }
  return drift;
}

/** Whether the group's attributes tell of the values that the descriptor has for a latitude or longitude. */
function isSpokenFor(
  { dataset, length }: Evidence,
  { own, consolidated }: StoredDocuments,
  key: string,
): boolean {
  const dimension = dataset.dimensions.find(({ name }) => key.startsWith(`${name}/`));
  const prefix = dimension && geospatialPrefix(dimension);
  if (prefix === undefined) return false;
  const expected = groupModel(dataset, { length, commitSeq: 0, gapCounts: [], modifiedAt: null });
  const told = (attributes: object | undefined) =>
    Object.entries(attributes ?? {}).filter(([name]) => name.startsWith(prefix));
  return [own, consolidated].every((side) => {
    const attributes = attributesIn(dataset, side);
    return !attributes || hasSameContent(told(attributes), told(expected.attributes));
  });
}
