import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { statusKey } from "../../../shared/zarr/layout.ts";
import { createOpening, type Opening } from "../dataset/loader.ts";
import { type OpenDataset, openDataset } from "../dataset/openDataset.ts";
import { type Listing, readListing } from "./datasetList.ts";
import { poll } from "./polling.ts";
import { useServer } from "./server.tsx";
import { readStatus } from "./status.ts";

/** What was seen last, and what is wrong now; what was seen stays. */
export interface Look<Seen> {
  readonly seen: Seen | undefined;
  readonly fault: string | undefined;
  /** When it was seen, by the wall clock, in milliseconds since 1970 UTC. */
  readonly seenAt: number | undefined;
  /** The server has answered that there is nothing. */
  readonly isAbsent: boolean;
}

const nothing = { seen: undefined, fault: undefined, seenAt: undefined, isAbsent: false };
/** The listing says how every dataset is, which costs the server more than one status does. */
const listingEvery = 6;

/**
 * Looks at one path, if there is one, for as long as the component lives. `read` says what is wrong with an answer in a
 * sentence, `paceOf` how many milliseconds after a look the next one comes. When `isUrgent` changes it looks at once.
 */
function useLook<Seen>(
  path: string | undefined,
  read: (body: unknown) => Seen | string,
  paceOf: (look: Look<Seen>) => number,
  isUrgent = false,
): Look<Seen> {
  const { ask, clock, visibility } = useServer();
  const [look, setLook] = useState<Look<Seen>>(nothing);
  const last = useRef(look);
  const before = useRef("");
  const pace = useRef(paceOf);
  pace.current = paceOf;
  // Before the first paint: the answer is what there is to paint.
  useLayoutEffect(() => {
    if (path === undefined) return;
    const tell = (changed: Partial<Look<Seen>>) => {
      last.current = { ...last.current, ...changed };
      setLook(last.current);
    };
    return poll(
      async (signal) => {
        const answer = await ask(path, signal);
        if (answer.outcome !== "found")
          return tell({ isAbsent: answer.outcome === "absent", fault: answer.fault });
        const seen = read(answer.body);
        if (typeof seen === "string") return tell({ isAbsent: false, fault: seen });
        const told = JSON.stringify(answer.body);
        // What says the same stays the same object: nothing is made anew of it, nor drawn.
        const isSame = told === before.current;
        before.current = told;
        tell({ ...(isSame ? {} : { seen }), seenAt: clock.now(), isAbsent: false, fault: undefined });
      },
      () => pace.current(last.current),
      visibility,
    );
  }, [ask, path, visibility, isUrgent]);
  return look;
}

/**
 * `isAwaited`: something in it is about to change, and is looked for as often as a status; `isUrgent`: so it is, for another
 * reason, and at once.
 */
export function useListing(isAwaited: (listing: Listing) => boolean, isUrgent: boolean): Look<Listing> {
  const { everyMs } = useServer();
  const paceOf = ({ seen, fault }: Look<Listing>) =>
    isUrgent || !seen || fault !== undefined || isAwaited(seen) ? everyMs : everyMs * listingEvery;
  return useLook("./", readListing, paceOf, isUrgent);
}

/** `isThere`: the dataset is not known to be absent. */
export function useStatus(id: string, isThere: boolean): Look<StatusSummary> {
  const { everyMs } = useServer();
  return useLook(isThere ? `data/${statusKey(id)}` : undefined, readStatus, () => everyMs);
}

/** The dataset as it was at one commit, and the flags of all its visible timesteps. */
export interface OpenedDataset {
  readonly dataset: OpenDataset;
  readonly flags: Int8Array;
}

/**
 * Opens the dataset at `url` anew whenever the status tells of another commit, and again while that fails. One that was
 * created anew may count its commits as the one before did.
 */
export function useDataset(
  url: string,
  status: Pick<StatusSummary, "commit_seq" | "committed_at"> | undefined,
): { readonly opened: OpenedDataset | undefined; readonly fault: string | undefined } {
  const { everyMs, visibility } = useServer();
  const [opened, setOpened] = useState<OpenedDataset>();
  const [fault, setFault] = useState<string>();
  const opening = useRef<Opening>(undefined);
  const version = status && `${status.commit_seq} of ${status.committed_at}`;
  useLayoutEffect(() => {
    opening.current = createOpening<OpenedDataset>({
      open: (signal) => openWhole(url, signal),
      tell(outcome) {
        if (outcome.opened) setOpened(outcome.opened);
        setFault(outcome.fault);
      },
      everyMs,
      visibility,
    });
    return () => opening.current?.end();
  }, [url, everyMs, visibility]);
  useLayoutEffect(() => {
    if (version !== undefined) opening.current?.want(version);
  }, [url, everyMs, visibility, version]);
  return { opened, fault };
}

async function openWhole(url: string, signal: AbortSignal): Promise<OpenedDataset> {
  const dataset = await openDataset(url, signal);
  return { dataset, flags: await dataset.statuses() };
}
