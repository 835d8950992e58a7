import { useEffect, useRef } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { groupKey } from "../../../shared/zarr/layout.ts";
import { freshnessNow } from "../panels/headLines.ts";
import { DatasetPanels } from "../panels/panels.tsx";
import type { DatasetList } from "../server/datasetList.ts";
import { useDataset, useStatus } from "../server/queries.ts";
import { useServer } from "../server/server.tsx";
import { withReadableInstants } from "../ui/format.ts";
import { Banner } from "./banner.tsx";

interface Props {
  readonly id: string;
  readonly datasetList: DatasetList | undefined;
  /** What is wrong with the list of datasets. */
  readonly fault: string | undefined;
  /** Told whether the last request found no status: the list of datasets knows why. */
  onAbsent(isAbsent: boolean): void;
}

/** One dataset: what was fetched last, and above it what is wrong now. */
export function DatasetView({ id, datasetList, fault, onAbsent }: Props) {
  const { base } = useServer();
  const entry = datasetList?.datasets.find(({ dataset }) => dataset === id);
  const { data: status, ...query } = useStatus(id, entry?.state !== "absent");
  useEffect(() => {
    if (!query.isAbsent) return;
    onAbsent(true);
    return () => onAbsent(false);
  }, [query.isAbsent]);
  const url = new URL(`data/${groupKey(id, "")}`, base).href.replace(/\/$/, "");
  const { opened, fault: datasetFault } = useDataset(url, status);
  const isOpening = opened === undefined && datasetFault === undefined;
  const isGone = entry ? entry.state === "absent" : query.isAbsent;
  const isAbsent = status === undefined && isGone;
  const statusFault = isAbsent
    ? undefined
    : isGone
      ? `${id} is not in the store any more.`
      : query.isAbsent
        ? `${id} has no status.json: the next commit writes it.`
        : query.fault;
  const faults = [statusFault, datasetFault, fault, ...(entry?.faults ?? [])].filter(
    (one) => one !== undefined,
  );
  const staleSince = statusFault === undefined ? undefined : query.fetchedAt;
  const faultySince = useSince(faults.length > 0);
  useAnnouncements(status, { name: entry?.title ?? id, staleSince, isAbsent, isFaulty: faults.length > 0 });
  return (
    <>
      <Banner faults={faults} fetchedAt={status && (staleSince ?? faultySince)} />
      {isAbsent && (
        <section class="empty">
          <h1>{entry?.title ?? id}</h1>
          <p>{id} does not exist yet; a plan that finds its granules creates it.</p>
        </section>
      )}
      {status === undefined && !isAbsent && faults.length === 0 && (
        <p class="boot">The status of {id} is being read.</p>
      )}
      {status !== undefined && (
        <DatasetPanels key={id} {...{ status, opened, isOpening, datasetList, staleSince }} />
      )}
    </>
  );
}

/** Since when it is so, by the wall clock; `undefined` while it is not. */
function useSince(isSo: boolean): number | undefined {
  const { clock } = useServer();
  const since = useRef<number>(undefined);
  since.current = isSo ? (since.current ?? clock.now()) : undefined;
  return since.current;
}

interface Condition {
  readonly name: string;
  readonly staleSince: number | undefined;
  readonly isAbsent: boolean;
  readonly isFaulty: boolean;
}

/** Announces changes, and shows the state in the window's title. */
function useAnnouncements(status: StatusSummary | undefined, condition: Condition): void {
  const { name, staleSince, isAbsent, isFaulty } = condition;
  const { clock, announcer } = useServer();
  const fresh = status && freshnessNow(status, clock, staleSince);
  const before = useRef<{ state?: string; seq?: number; isFaulty: boolean }>({ isFaulty: false });
  const state = isFaulty ? "cannot be read" : isAbsent ? "absent" : fresh?.state;
  const title = [state, status?.title ?? name, "Accrete"].filter(Boolean).join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    const last = before.current;
    before.current = {
      ...(fresh ? { state: fresh.state } : {}),
      ...(status ? { seq: status.commit_seq } : {}),
      isFaulty,
    };
    if (!status || !fresh) return;
    const changes = [
      last.isFaulty && !isFaulty ? "The server answers again." : "",
      last.seq !== undefined && last.seq !== status.commit_seq
        ? `Commit ${status.commit_seq}: ${status.length} timesteps are visible.`
        : "",
      last.state !== undefined && last.state !== fresh.state
        ? `${status.dataset} is ${fresh.state}: ${withReadableInstants(fresh.why)}.`
        : "",
    ];
    if (changes.some(Boolean)) announcer.say(changes.filter(Boolean).join(" "));
  }, [status, fresh?.state, isFaulty]);
}
