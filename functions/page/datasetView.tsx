import { useEffect, useRef } from "preact/hooks";
import type { StatusSummary } from "../../shared/status/summary.ts";
import { groupKey } from "../../shared/zarr/layout.ts";
import { Banner } from "./banner.tsx";
import { freshnessNow } from "./headLines.ts";
import { type Listing, useDataset, useStatus } from "./looking.ts";
import { DatasetPanels } from "./panels.tsx";
import { useServer } from "./server.tsx";
import { withReadableInstants } from "./words.ts";

interface Props {
  readonly id: string;
  readonly listing: Listing | undefined;
  /** What is wrong with the listing. */
  readonly fault: string | undefined;
}

/** One dataset: what was seen of it last, and above that what is wrong now. */
export function DatasetView({ id, listing, fault }: Props) {
  const { base } = useServer();
  const listed = listing?.datasets.find(({ dataset }) => dataset === id);
  const { seen: status, ...look } = useStatus(id, listed?.state !== "absent");
  const url = new URL(`data/${groupKey(id, "")}`, base).href.replace(/\/$/, "");
  const { opened, fault: datasetFault } = useDataset(url, status?.commit_seq);
  const isOpening = opened === undefined && datasetFault === undefined;
  const isGone = listed ? listed.state === "absent" : look.isAbsent;
  const absence = status === undefined && isGone;
  const statusFault = isGone
    ? `${id} is not in the store any more.`
    : look.isAbsent
      ? `${id} has no status.json: the next commit writes it.`
      : look.fault;
  const faults = [absence ? undefined : statusFault, datasetFault, fault, ...(listed?.faults ?? [])].filter(
    (one) => one !== undefined,
  );
  useTelling(status, faults.length > 0);
  return (
    <>
      <Banner faults={faults} seenAt={look.seenAt} />
      {absence && (
        <section class="empty">
          <h1>{listed?.title ?? id}</h1>
          <p>{id} does not exist yet; its first plan creates it.</p>
        </section>
      )}
      {status === undefined && !absence && faults.length === 0 && (
        <p class="boot">The status of {id} is being read.</p>
      )}
      {status !== undefined && <DatasetPanels key={id} {...{ status, opened, isOpening, listing }} />}
    </>
  );
}

/** Has changes read out, and puts the state into the window's title. */
function useTelling(status: StatusSummary | undefined, isFaulty: boolean): void {
  const { clock, announcer } = useServer();
  const fresh = status && freshnessNow(status, clock);
  const before = useRef<{ state?: string; seq?: number; isFaulty: boolean }>({ isFaulty: false });
  useEffect(() => {
    const last = before.current;
    before.current = {
      ...(fresh ? { state: fresh.state } : {}),
      ...(status ? { seq: status.commit_seq } : {}),
      isFaulty,
    };
    if (!status || !fresh) return;
    document.title = `${isFaulty ? "cannot be had" : fresh.state} · ${status.title} · Accrete`;
    const told = [
      last.isFaulty && !isFaulty ? "The server answers again." : "",
      last.seq !== undefined && last.seq !== status.commit_seq
        ? `Commit ${status.commit_seq}: ${status.length} timesteps are visible.`
        : "",
      last.state !== undefined && last.state !== fresh.state
        ? `${status.dataset} is ${fresh.state}: ${withReadableInstants(fresh.why)}.`
        : "",
    ];
    if (told.some(Boolean)) announcer.say(told.filter(Boolean).join(" "));
  }, [status, fresh?.state, isFaulty]);
}
