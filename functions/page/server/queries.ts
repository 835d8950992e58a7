import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { statusKey } from "../../../shared/zarr/layout.ts";
import { createLoader, type Loader } from "../dataset/loader.ts";
import { type OpenDataset, openDataset } from "../dataset/openDataset.ts";
import { type DatasetList, readDatasetList } from "./datasetList.ts";
import { poll } from "./polling.ts";
import { useServer } from "./server.tsx";
import { readStatus } from "./status.ts";

/** What was fetched last, and what is wrong now; the data stay when a later request fails. */
export interface Query<Data> {
  readonly data: Data | undefined;
  readonly fault: string | undefined;
  /** When the data were fetched, by the wall clock, in milliseconds since 1970 UTC. */
  readonly fetchedAt: number | undefined;
  /** The server has answered that there is nothing. */
  readonly isAbsent: boolean;
}

const notFetched = { data: undefined, fault: undefined, fetchedAt: undefined, isAbsent: false };
/** The list says how every dataset is, which costs the server more than one status does. */
const statusesPerList = 6;

/**
 * Polls one path, if there is one, for as long as the component lives. `read` says in a sentence what is wrong with an answer,
 * `intervalMs` how many milliseconds pass until the next request. When `isUrgent` changes it requests at once.
 */
function useQuery<Data>(
  path: string | undefined,
  read: (body: unknown) => Data | string,
  intervalMs: (query: Query<Data>) => number,
  isUrgent = false,
): Query<Data> {
  const { api, clock, visibility } = useServer();
  const [query, setQuery] = useState<Query<Data>>(notFetched);
  const latest = useRef(query);
  const latestText = useRef("");
  const interval = useRef(intervalMs);
  interval.current = intervalMs;
  // Before the first paint: the answer is what there is to paint.
  useLayoutEffect(() => {
    if (path === undefined) return;
    const update = (changed: Partial<Query<Data>>) => {
      latest.current = { ...latest.current, ...changed };
      setQuery(latest.current);
    };
    return poll(
      async (signal) => {
        const answer = await api.getJson(path, signal);
        if (answer.outcome !== "found")
          return update({ isAbsent: answer.outcome === "absent", fault: answer.fault });
        const data = read(answer.body);
        if (typeof data === "string") return update({ isAbsent: false, fault: data });
        const text = JSON.stringify(answer.body);
        // Equal data stay the same object, so that nothing is computed or drawn anew.
        const isUnchanged = text === latestText.current;
        latestText.current = text;
        update({
          ...(isUnchanged ? {} : { data }),
          fetchedAt: clock.now(),
          isAbsent: false,
          fault: undefined,
        });
      },
      () => interval.current(latest.current),
      visibility,
    );
  }, [api, path, visibility, isUrgent]);
  return query;
}

/**
 * `isAwaited`: something in the list is about to change, so it is polled as often as a status; `isUrgent`: the same for another
 * reason, and at once.
 */
export function useDatasetList(
  isAwaited: (list: DatasetList) => boolean,
  isUrgent: boolean,
): Query<DatasetList> {
  const { everyMs } = useServer();
  const intervalMs = ({ data, fault }: Query<DatasetList>) =>
    isUrgent || !data || fault !== undefined || isAwaited(data) ? everyMs : everyMs * statusesPerList;
  return useQuery("./", readDatasetList, intervalMs, isUrgent);
}

/** `exists`: the dataset is not known to be absent. */
export function useStatus(id: string, exists: boolean): Query<StatusSummary> {
  const { everyMs } = useServer();
  return useQuery(exists ? `data/${statusKey(id)}` : undefined, readStatus, () => everyMs);
}

/** The dataset as it was at one commit, and the flags of all its visible timesteps. */
export interface OpenedDataset {
  readonly dataset: OpenDataset;
  readonly flags: Int8Array;
}

/**
 * Opens the dataset at `url` anew for each commit that the status names, and again while that fails. A dataset that was
 * created anew may have as many commits as the one before, so that the commit's time counts too.
 */
export function useDataset(
  url: string,
  status: Pick<StatusSummary, "commit_seq" | "committed_at"> | undefined,
): { readonly opened: OpenedDataset | undefined; readonly fault: string | undefined } {
  const { everyMs, visibility } = useServer();
  const [opened, setOpened] = useState<OpenedDataset>();
  const [fault, setFault] = useState<string>();
  const loader = useRef<Loader>(undefined);
  const version = status && `${status.commit_seq} of ${status.committed_at}`;
  useLayoutEffect(() => {
    loader.current = createLoader<OpenedDataset>({
      open: (signal) => openWithFlags(url, signal),
      onResult(result) {
        if (result.opened) setOpened(result.opened);
        setFault(result.fault);
      },
      everyMs,
      visibility,
    });
    return () => loader.current?.stop();
  }, [url, everyMs, visibility]);
  useLayoutEffect(() => {
    if (version !== undefined) loader.current?.load(version);
  }, [url, everyMs, visibility, version]);
  return { opened, fault };
}

async function openWithFlags(url: string, signal: AbortSignal): Promise<OpenedDataset> {
  const dataset = await openDataset(url, signal);
  return { dataset, flags: await dataset.statuses() };
}
