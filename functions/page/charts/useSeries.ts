import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../../shared/errors.ts";
import type { Cell, Field } from "../dataset/field.ts";
import { retry } from "../server/polling.ts";
import { useServer } from "../server/server.tsx";
import { type ChunkRange, extendRange } from "./seriesLines.ts";

export interface Series {
  /** The requested chunks, of which some may not be loaded yet. */
  readonly range: ChunkRange;
  /** The cell's values, by chunk. */
  readonly chunks: ReadonlyMap<number, Float64Array>;
  readonly isLoading: boolean;
  /** Why a chunk cannot be read, in a sentence. */
  readonly fault: string | undefined;
  /** Requests one chunk more. */
  earlier(): void;
}

interface Loaded {
  readonly field: Field;
  readonly chunks: ReadonlyMap<number, Float64Array>;
  readonly fault?: string;
}

const none: ReadonlyMap<number, Float64Array> = new Map();

/**
 * The time series of a cell, which is the same as long as the component lives: first of the chunk that holds timestep `index`,
 * then of as many before it as are requested. What fails is retried.
 */
export function useSeries(field: Field, { row, column }: Cell, index: number): Series {
  const { everyMs, visibility } = useServer();
  const chunk = Math.floor(index / field.chunkLength);
  const [requested, setRequested] = useState<ChunkRange>([chunk, chunk]);
  const [loaded, setLoaded] = useState<Loaded>();
  const [from, to] = extendRange(requested, chunk);
  const chunks = loaded?.field === field ? loaded.chunks : none;
  const latestFirst = [...Array(to - from + 1).keys()].map((offset) => to - offset);
  const next = latestFirst.find((other) => !chunks.has(other));
  const fault = loaded?.field === field ? loaded.fault : undefined;

  useEffect(() => setRequested((before) => extendRange(before, chunk)), [chunk]);
  useEffect(() => {
    if (next === undefined) return;
    const attempt = async (signal: AbortSignal) => {
      try {
        const values = await field.series(next, { row, column }, signal);
        signal.throwIfAborted();
        setLoaded({ field, chunks: new Map(chunks).set(next, values) });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        setLoaded({ field, chunks, fault: reasonOf(error) });
        return false;
      }
    };
    return retry(attempt, everyMs, visibility);
  }, [field, row, column, next, from, everyMs, visibility]);
  return {
    range: [from, to],
    chunks,
    isLoading: next !== undefined && fault === undefined,
    fault,
    earlier: () => setRequested([from - 1, to]),
  };
}
