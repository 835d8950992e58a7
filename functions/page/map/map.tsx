import "./map.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import type { OpenDataset } from "../dataset.ts";
import { FieldMap } from "./fieldMap.tsx";

interface Props {
  readonly dataset: OpenDataset;
  readonly status: StatusSummary;
  /** The timestep that is shown. */
  readonly index: number;
  onIndex(index: number): void;
}

/** Any field at any timestep, as a map; and what a place that is clicked at has seen. */
export function MapPanel({ dataset, status, index, onIndex }: Props) {
  const [name, setName] = useState<string>();
  useFollowing(dataset.length, index, onIndex);
  const field = dataset.fields.find((other) => other.name === name) ?? dataset.fields[0];
  if (dataset.length === 0) return <p class="map-nothing">No timestep is visible yet, so there is no map.</p>;
  if (!field) return <p class="map-nothing">No array of this dataset holds grids of numbers.</p>;
  const within = Math.min(dataset.length - 1, Math.max(0, index));
  return <FieldMap {...{ dataset, status, field, onIndex }} index={within} onField={setName} />;
}

/** Where the latest timestep was shown, the one that has become the latest is shown. */
function useFollowing(length: number, index: number, onIndex: (index: number) => void): void {
  const before = useRef(length);
  useEffect(() => {
    if (length > before.current && index === before.current - 1) onIndex(length - 1);
    before.current = length;
  }, [length, index, onIndex]);
}
