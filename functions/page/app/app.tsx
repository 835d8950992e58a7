import { useEffect, useState } from "preact/hooks";
import type { ListedDataset } from "../server/datasetList.ts";
import { useDatasetList } from "../server/queries.ts";
import { useServer } from "../server/server.tsx";
import { Boundary } from "../ui/boundary.tsx";
import { stateSigns } from "../ui/format.ts";
import { useTicks } from "../ui/hooks.ts";
import { Instant } from "../ui/instant.tsx";
import { Banner } from "./banner.tsx";
import { DatasetView } from "./datasetView.tsx";
import { LiveRegion } from "./liveRegion.tsx";
import { Notices } from "./notices.tsx";

/** The whole page: the choice of datasets, and the chosen one. */
export function App() {
  const [id, setId] = useHash();
  const [isAbsent, setIsAbsent] = useState(false);
  const { data: datasetList, fault } = useDatasetList(({ datasets }) => {
    const state = (datasets.find(({ dataset }) => dataset === id) ?? firstExisting(datasets))?.state;
    return state === "absent" || state === "unreadable";
  }, isAbsent);
  const datasets = datasetList?.datasets ?? [];
  const first = firstExisting(datasets);
  const chosen = id || first?.dataset;
  useEffect(() => {
    // The address names what is shown, so that another dataset that appears does not replace it.
    if (id === "" && first && first.state !== "absent") location.replace(`#${first.dataset}`);
  }, [id, first]);
  const isUnknown = datasetList !== undefined && id !== "" && datasets.every(({ dataset }) => dataset !== id);
  useEffect(() => {
    if (isUnknown || chosen === undefined) document.title = "Accrete";
  }, [isUnknown, chosen]);
  const ids = datasets.map(({ dataset }) => dataset).join(", ");
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it is a link within the page, but the hash names the dataset */}
      <a class="skip" href="#main" onClick={skip}>
        Skip to the dataset
      </a>
      <header class="bar">
        <p class="brand">Accrete</p>
        {datasets.length > 1 && <Chooser datasets={datasets} chosen={chosen ?? ""} onChoose={setId} />}
        <AsOf />
      </header>
      <main id="main" tabIndex={-1}>
        <Boundary key={chosen} what="The dataset" version={datasetList}>
          {isUnknown ? (
            <Banner
              faults={[`There is no dataset "${id.slice(0, 80)}"; there are: ${ids}.`]}
              fetchedAt={undefined}
            />
          ) : chosen === undefined ? (
            <NoDataset fault={fault} isListed={datasetList !== undefined} />
          ) : (
            <DatasetView key={chosen} id={chosen} {...{ datasetList, fault }} onAbsent={setIsAbsent} />
          )}
        </Boundary>
      </main>
      <footer class="foot">
        <LiveRegion />
        <Notices />
      </footer>
    </>
  );
}

function NoDataset({ fault, isListed }: { readonly fault: string | undefined; readonly isListed: boolean }) {
  if (fault !== undefined) return <Banner faults={[fault]} fetchedAt={undefined} />;
  return <p class="boot">{isListed ? "This server has no datasets." : "The datasets are being listed."}</p>;
}

function firstExisting(datasets: readonly ListedDataset[]): ListedDataset | undefined {
  return datasets.find(({ state }) => state !== "absent") ?? datasets[0];
}

interface ChooserProps {
  readonly datasets: readonly ListedDataset[];
  readonly chosen: string;
  onChoose(id: string): void;
}

function Chooser({ datasets, chosen, onChoose }: ChooserProps) {
  return (
    <label class="chooser">
      <span>Dataset</span>
      <select value={chosen} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {datasets.every(({ dataset }) => dataset !== chosen) && <option value={chosen}>choose one</option>}
        {datasets.map(({ dataset, state }) => (
          <option key={dataset} value={dataset}>
            {stateSigns[state] ?? ""} {dataset} ({state})
          </option>
        ))}
      </select>
    </label>
  );
}

/** The server's time, which in a replay is not the wall clock's. */
function AsOf() {
  const { clock } = useServer();
  useTicks(1000);
  const asOf = clock.asOf();
  return (
    <p class="as-of">
      <span>as of</span> <Instant at={Math.floor(asOf / 1000) * 1000} />
    </p>
  );
}

/** The dataset that the address names after its #; empty if it names none. */
function useHash(): [string, (id: string) => void] {
  const [id, setId] = useState(hashText);
  useEffect(() => {
    const changed = () => setId(hashText());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return [
    id,
    (chosen) => {
      location.hash = chosen;
    },
  ];
}

/** Undecoded where it is not encoded as it should be. */
function hashText(): string {
  const text = location.hash.slice(1);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
