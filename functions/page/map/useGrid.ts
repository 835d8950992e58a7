import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../../shared/errors.ts";
import type { Field, Grid } from "../dataset/field.ts";
import { persist } from "../server/polling.ts";
import { useServer } from "../server/server.tsx";

export interface Shown {
  /** The last grid of this field that was had; of another timestep or an older commit while the wanted one is loading. */
  readonly grid: Grid | undefined;
  readonly isWanted: boolean;
  /** Why the wanted grid cannot be had, in a sentence. */
  readonly fault: string | undefined;
  retry(): void;
}

interface Had {
  readonly field: Field;
  readonly index: number;
  readonly grid: Grid | undefined;
  readonly fault?: string;
}

/**
 * A field's grid at timestep `index`, loaded when it is asked for, and again while that fails. What is no longer asked for is
 * no longer loaded.
 */
export function useGrid(field: Field, index: number): Shown {
  const { everyMs, visibility } = useServer();
  const [had, setHad] = useState<Had>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const attempt = async (signal: AbortSignal) => {
      try {
        const grid = await field.grid(index, signal);
        signal.throwIfAborted();
        setHad({ field, index, grid });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        const fault = reasonOf(error);
        setHad((before) => ({ field, index, grid: sameField(before, field)?.grid, fault }));
        return false;
      }
    };
    return persist(attempt, everyMs, visibility);
  }, [field, index, tries, everyMs, visibility]);
  const isWanted = had?.field === field && had.index === index;
  return {
    grid: sameField(had, field)?.grid,
    isWanted: isWanted && had.fault === undefined,
    fault: isWanted ? had.fault : undefined,
    retry: () => setTries(tries + 1),
  };
}

function sameField(had: Had | undefined, { name }: Field): Had | undefined {
  return had?.field.name === name ? had : undefined;
}
