import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { parseInstant, type TimeAxis } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { Coverage } from "../calendar/coverage.tsx";
import { kindCodesOf } from "../calendar/kinds.ts";
import type { DatasetList } from "../server/datasetList.ts";
import type { OpenedDataset } from "../server/queries.ts";
import { useServer } from "../server/server.tsx";
import { axisOf } from "../server/status.ts";
import { Boundary } from "../ui/boundary.tsx";
import { useTicks } from "../ui/hooks.ts";
import { Lazy } from "../ui/lazy.tsx";
import { BackfillPanel, type Selection } from "./backfill.tsx";
import { Events } from "./events.tsx";
import { FailingTable } from "./failing.tsx";
import { Head } from "./head.tsx";
import { freshnessNow } from "./headLines.ts";
import { OpenPanel } from "./open.tsx";

const loadMap = () => import("../map/map.tsx").then(({ MapPanel }) => MapPanel);
const loadLatency = () => import("../charts/latency.tsx").then(({ LatencyChart }) => LatencyChart);
const noFlags = new Int8Array();

interface Props {
  readonly status: StatusSummary;
  readonly opened: OpenedDataset | undefined;
  /** It is being opened for the first time, and less important panels wait for that. */
  readonly isOpening: boolean;
  readonly datasetList: DatasetList | undefined;
  /** When the status was fetched last, if it cannot be read now. */
  readonly staleSince: number | undefined;
}

/** All panels of a dataset that exists. */
export function DatasetPanels({ status, opened, isOpening, datasetList, staleSince }: Props) {
  const { start, end, step, dataset: id } = status;
  const axis = useMemo(() => axisOf({ start, end, step }), [start, end, step]);
  const codes = useCodes(status, axis, opened?.flags ?? noFlags);
  const version = status.commit_seq;
  const [selection, setSelection] = useState<Selection>();
  // Undefined is the newest, and stays so when the dataset grows.
  const [chosen, setChosen] = useState<number>();
  const length = opened?.dataset.length ?? 0;
  const index = Math.min(chosen ?? length - 1, length - 1);
  const show = (at: number) => setChosen(at >= length - 1 ? undefined : at);
  return (
    <>
      <Boundary what="The head" version={version}>
        <Head {...{ status, axis, staleSince }} />
      </Boundary>
      <Panel id="coverage" title="Coverage" isWide version={version}>
        {isOpening ? (
          <p class="muted">The dataset is being opened.</p>
        ) : codes.length === 0 ? (
          <p class="muted">Nothing is visible, and nothing is expected yet.</p>
        ) : (
          <Coverage
            {...{ codes, status, axis, selection }}
            shown={index}
            onShown={show}
            onSelection={setSelection}
          />
        )}
      </Panel>
      <Panel id="map" title="Map" isWide version={version}>
        {opened && length > 0 ? (
          <Lazy load={loadMap} what="The map" with={{ ...opened, status, index, onIndex: show }} />
        ) : (
          <p class="muted">
            {status.length === 0
              ? "Nothing is visible yet: the first commit shows it."
              : "The dataset is being opened."}
          </p>
        )}
      </Panel>
      <Panel id="latency" title="Latency" version={version}>
        {isOpening ? (
          <p class="muted">The dataset is being opened.</p>
        ) : (
          <Lazy load={loadLatency} what="The chart" with={{ status }} />
        )}
      </Panel>
      <Panel id="events" title="Recent events" version={version}>
        <Events status={status} />
      </Panel>
      <Panel id="failing" title="Failing granules" isWide version={version}>
        <FailingTable failing={status.failing} />
      </Panel>
      <Panel id="open" title="Open the dataset" version={version}>
        <OpenPanel id={id} store={datasetList?.store} />
      </Panel>
      <Panel id="backfill" title="Backfill a range" version={version}>
        <BackfillPanel {...{ id, axis, selection, datasetList }} />
      </Panel>
    </>
  );
}

/** The kind of every timestep, computed anew only when something has changed. */
function useCodes(status: StatusSummary, axis: TimeAxis, flags: Int8Array): Uint8Array {
  const { clock } = useServer();
  useTicks(15_000);
  const through = parseInstant(freshnessNow(status, clock).expected_through ?? "");
  const expected = through === undefined ? -1 : axis.lastUntil(through);
  return useMemo(() => kindCodesOf(status, axis, { flags, expected }), [status, axis, flags, expected]);
}

interface PanelProps {
  readonly id: string;
  readonly title: string;
  readonly isWide?: boolean;
  readonly version: unknown;
  readonly children: ComponentChildren;
}

function Panel({ id, title, isWide = false, version, children }: PanelProps) {
  return (
    <section class={isWide ? "panel wide" : "panel"} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <Boundary what={title} version={version}>
        {children}
      </Boundary>
    </section>
  );
}
