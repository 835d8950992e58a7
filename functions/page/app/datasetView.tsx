import { useEffect, useRef } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { groupKey } from "../../../shared/zarr/layout.ts";
import { freshnessNow } from "../panels/headLines.ts";
import { DatasetPanels } from "../panels/panels.tsx";
import type { Listing } from "../server/datasetList.ts";
import { useDataset, useStatus } from "../server/queries.ts";
import { useServer } from "../server/server.tsx";
import { withReadableInstants } from "../ui/format.ts";
import { Banner } from "./banner.tsx";

interface Props {
  readonly id: string;
  readonly listing: Listing | undefined;
  /** What is wrong with the listing. */
  readonly fault: string | undefined;
  /** Hears whether there was no status when it was looked for last: the listing knows why. */
  onAbsent(isAbsent: boolean): void;
}

/** One dataset: what was seen of it last, and above that what is wrong now. */
export function DatasetView({ id, listing, fault, onAbsent }: Props) {
  const { base } = useServer();
  const listed = listing?.datasets.find(({ dataset }) => dataset === id);
  const { seen: status, ...look } = useStatus(id, listed?.state !== "absent");
  useEffect(() => {
    if (!look.isAbsent) return;
    onAbsent(true);
    return () => onAbsent(false);
  }, [look.isAbsent]);
  const url = new URL(`data/${groupKey(id, "")}`, base).href.replace(/\/$/, "");
  const { opened, fault: datasetFault } = useDataset(url, status);
  const isOpening = opened === undefined && datasetFault === undefined;
  const isGone = listed ? listed.state === "absent" : look.isAbsent;
  const absence = status === undefined && isGone;
  const statusFault = absence
    ? undefined
    : isGone
      ? `${id} is not in the store any more.`
      : look.isAbsent
        ? `${id} has no status.json: the next commit writes it.`
        : look.fault;
  const faults = [statusFault, datasetFault, fault, ...(listed?.faults ?? [])].filter(
    (one) => one !== undefined,
  );
  const staleSince = statusFault === undefined ? undefined : look.seenAt;
  const faultySince = useSince(faults.length > 0);
  useTelling(status, { name: listed?.title ?? id, staleSince, absence, isFaulty: faults.length > 0 });
  return (
    <>
      <Banner faults={faults} seenAt={status && (staleSince ?? faultySince)} />
      {absence && (
        <section class="empty">
          <h1>{listed?.title ?? id}</h1>
          <p>{id} does not exist yet; a plan that finds its granules creates it.</p>
        </section>
      )}
      {status === undefined && !absence && faults.length === 0 && (
        <p class="boot">The status of {id} is being read.</p>
      )}
      {status !== undefined && (
        <DatasetPanels key={id} {...{ status, opened, isOpening, listing, staleSince }} />
      )}
    </>
  );
}

/** When it began to be so, by the wall clock; `undefined` while it is not. */
function useSince(isSo: boolean): number | undefined {
  const { clock } = useServer();
  const since = useRef<number>(undefined);
  since.current = isSo ? (since.current ?? clock.now()) : undefined;
  return since.current;
}

interface Condition {
  readonly name: string;
  readonly staleSince: number | undefined;
  readonly absence: boolean;
  readonly isFaulty: boolean;
}

/** Has changes read out, and puts the state into the window's title. */
function useTelling(status: StatusSummary | undefined, condition: Condition): void {
  const { name, staleSince, absence, isFaulty } = condition;
  const { clock, announcer } = useServer();
  const fresh = status && freshnessNow(status, clock, staleSince);
  const before = useRef<{ state?: string; seq?: number; isFaulty: boolean }>({ isFaulty: false });
  const state = isFaulty ? "cannot be had" : absence ? "absent" : fresh?.state;
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
