import { useEffect, useState } from "preact/hooks";
import type { OpenDataset } from "../dataset.ts";

/**
 * The flags of every visible timestep; `undefined` until they are there. That they cannot be had is told where they are
 * what is looked at.
 */
export function useStatuses(dataset: OpenDataset): Int8Array | undefined {
  const [flags, setFlags] = useState<Int8Array>();
  useEffect(() => {
    let isWanted = true;
    dataset.statuses().then(
      (read) => isWanted && setFlags(read),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [dataset]);
  return flags;
}
