import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../../shared/errors.ts";
import type { Cell, Field } from "../dataset/field.ts";
import { persist } from "../server/polling.ts";
import { useServer } from "../server/server.tsx";
import { type ChunkRange, rangeWith } from "./seriesLines.ts";

export interface Series {
  /** The chunks that are wanted, of which some may not be there yet. */
  readonly range: ChunkRange;
  /** What the cell holds, by chunk. */
  readonly pieces: ReadonlyMap<number, Float64Array>;
  readonly isLoading: boolean;
  /** Why a chunk cannot be had, in a sentence. */
  readonly fault: string | undefined;
  /** Wants one chunk more. */
  earlier(): void;
}

interface Had {
  readonly field: Field;
  readonly pieces: ReadonlyMap<number, Float64Array>;
  readonly fault?: string;
}

const nothing: ReadonlyMap<number, Float64Array> = new Map();

/**
 * The series of a cell, the same as long as the component lives: first of the chunk that holds timestep `index`, then of as
 * many before it as are asked for. What fails is tried again.
 */
export function useSeries(field: Field, { row, column }: Cell, index: number): Series {
  const { everyMs, visibility } = useServer();
  const chunk = Math.floor(index / field.chunkLength);
  const [asked, setAsked] = useState<ChunkRange>([chunk, chunk]);
  const [had, setHad] = useState<Had>();
  const [from, to] = rangeWith(asked, chunk);
  const pieces = had?.field === field ? had.pieces : nothing;
  const wanted = [...Array(to - from + 1).keys()].map((place) => to - place);
  const next = wanted.find((other) => !pieces.has(other));
  const fault = had?.field === field ? had.fault : undefined;

  useEffect(() => setAsked((before) => rangeWith(before, chunk)), [chunk]);
  useEffect(() => {
    if (next === undefined) return;
    const attempt = async (signal: AbortSignal) => {
      try {
        const piece = await field.series(next, { row, column }, signal);
        signal.throwIfAborted();
        setHad({ field, pieces: new Map(pieces).set(next, piece) });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        setHad({ field, pieces, fault: reasonOf(error) });
        return false;
      }
    };
    return persist(attempt, everyMs, visibility);
  }, [field, row, column, next, from, everyMs, visibility]);
  return {
    range: [from, to],
    pieces,
    isLoading: next !== undefined && fault === undefined,
    fault,
    earlier: () => setAsked([from - 1, to]),
  };
}
