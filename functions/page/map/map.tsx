import "./map.css";
import { useState } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import type { OpenDataset } from "../dataset/openDataset.ts";
import { FieldMap } from "./fieldMap.tsx";

interface Props {
  readonly dataset: OpenDataset;
  /** Of every visible timestep. */
  readonly flags: Int8Array;
  readonly status: StatusSummary;
  /** The timestep that is shown. */
  readonly index: number;
  onIndex(index: number): void;
}

/** Any field at any timestep, as a map, and the time series of a clicked place. */
export function MapPanel({ dataset, flags, status, index, onIndex }: Props) {
  const [name, setName] = useState<string>();
  const field = dataset.fields.find((other) => other.name === name) ?? dataset.fields[0];
  if (dataset.length === 0) return <p class="muted">No timestep is visible yet, so there is no map.</p>;
  if (!field) return <p class="muted">No array of this dataset holds grids of numbers.</p>;
  const within = Math.min(dataset.length - 1, Math.max(0, index));
  return <FieldMap {...{ dataset, flags, status, field, onIndex }} index={within} onField={setName} />;
}
