import { useEffect, useState } from "preact/hooks";
import type { Listed } from "../server/datasetList.ts";
import { useListing } from "../server/queries.ts";
import { useServer } from "../server/server.tsx";
import { Boundary } from "../ui/boundary.tsx";
import { stateSigns } from "../ui/format.ts";
import { useTicks } from "../ui/hooks.ts";
import { Instant } from "../ui/instant.tsx";
import { Banner } from "./banner.tsx";
import { DatasetView } from "./datasetView.tsx";
import { LiveLine } from "./liveRegion.tsx";
import { Notices } from "./notices.tsx";

/** The whole page: which dataset, and that one. */
export function App() {
  const [id, setId] = useHash();
  const [isAbsent, setIsAbsent] = useState(false);
  const { seen: listing, fault } = useListing(({ datasets }) => {
    const state = (datasets.find(({ dataset }) => dataset === id) ?? firstThere(datasets))?.state;
    return state === "absent" || state === "unreadable";
  }, isAbsent);
  const datasets = listing?.datasets ?? [];
  const first = firstThere(datasets);
  const chosen = id || first?.dataset;
  useEffect(() => {
    // The address says what is shown, and another dataset that appears does not take its place.
    if (id === "" && first && first.state !== "absent") location.replace(`#${first.dataset}`);
  }, [id, first]);
  const isUnknown = listing !== undefined && id !== "" && datasets.every(({ dataset }) => dataset !== id);
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
        <Boundary key={chosen} what="The dataset" version={listing}>
          {isUnknown ? (
            <Banner
              faults={[`There is no dataset "${id.slice(0, 80)}"; there are: ${ids}.`]}
              seenAt={undefined}
            />
          ) : chosen === undefined ? (
            <Nothing fault={fault} isListed={listing !== undefined} />
          ) : (
            <DatasetView key={chosen} id={chosen} {...{ listing, fault }} onAbsent={setIsAbsent} />
          )}
        </Boundary>
      </main>
      <footer class="foot">
        <LiveLine />
        <Notices />
      </footer>
    </>
  );
}

function Nothing({ fault, isListed }: { readonly fault: string | undefined; readonly isListed: boolean }) {
  if (fault !== undefined) return <Banner faults={[fault]} seenAt={undefined} />;
  return <p class="boot">{isListed ? "This server knows no dataset." : "The datasets are being listed."}</p>;
}

function firstThere(datasets: readonly Listed[]): Listed | undefined {
  return datasets.find(({ state }) => state !== "absent") ?? datasets[0];
}

interface ChooserProps {
  readonly datasets: readonly Listed[];
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

/** What time it is for the server: in a replay that is not what the wall says. */
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

/** As it is written where it is not encoded as it should be. */
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
