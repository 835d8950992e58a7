import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../../shared/errors.ts";
import type { Field, Grid } from "../dataset/field.ts";
import { retry } from "../server/polling.ts";
import { useServer } from "../server/server.tsx";

export interface LoadedGrid {
  /** The last grid of this field that was loaded: of another timestep or an older commit while the requested one is loading. */
  readonly grid: Grid | undefined;
  /** Whether it is the requested one. */
  readonly isCurrent: boolean;
  /** Why the requested grid cannot be read, in a sentence. */
  readonly fault: string | undefined;
  reload(): void;
}

interface Loaded {
  readonly field: Field;
  readonly index: number;
  readonly grid: Grid | undefined;
  readonly fault?: string;
}

/** A field's grid at timestep `index`, loaded on request, and again while that fails. Another request aborts the load. */
export function useGrid(field: Field, index: number): LoadedGrid {
  const { everyMs, visibility } = useServer();
  const [loaded, setLoaded] = useState<Loaded>();
  const [reloads, setReloads] = useState(0);
  useEffect(() => {
    const attempt = async (signal: AbortSignal) => {
      try {
        const grid = await field.grid(index, signal);
        signal.throwIfAborted();
        setLoaded({ field, index, grid });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        const fault = reasonOf(error);
        setLoaded((before) => ({ field, index, grid: ofField(before, field)?.grid, fault }));
        return false;
      }
    };
    return retry(attempt, everyMs, visibility);
  }, [field, index, reloads, everyMs, visibility]);
  const isRequested = loaded?.field === field && loaded.index === index;
  return {
    grid: ofField(loaded, field)?.grid,
    isCurrent: isRequested && loaded.fault === undefined,
    fault: isRequested ? loaded.fault : undefined,
    reload: () => setReloads(reloads + 1),
  };
}

function ofField(loaded: Loaded | undefined, { name }: Field): Loaded | undefined {
  return loaded?.field.name === name ? loaded : undefined;
}
