import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { StatusSummary } from "../../shared/status/summary.ts";
import { statusKey } from "../../shared/zarr/layout.ts";
import { readStatus } from "./axis.ts";
import { type OpenDataset, openDataset } from "./dataset.ts";
import { poll } from "./polling.ts";
import { useServer } from "./server.tsx";

/** One dataset in the server's listing. */
export interface Listed {
  readonly dataset: string;
  readonly title?: string;
  readonly state: string;
  readonly faults?: readonly string[];
}

export interface Listing {
  readonly store: string;
  readonly plan_topic: string | null;
  readonly datasets: readonly Listed[];
}

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
 * sentence, `paceOf` how many milliseconds after a look the next one comes.
 */
function useLook<Seen>(
  path: string | undefined,
  read: (body: unknown) => Seen | string,
  paceOf: (look: Look<Seen>) => number,
): Look<Seen> {
  const { ask, clock, visibility } = useServer();
  const [look, setLook] = useState<Look<Seen>>(nothing);
  const last = useRef(look);
  const pace = useRef(paceOf);
  pace.current = paceOf;
  // Before the first paint: the answer is what there is to paint.
  useLayoutEffect(() => {
    if (path === undefined) return;
    let before = "";
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
        const isSame = told === before;
        before = told;
        tell({ ...(isSame ? {} : { seen }), seenAt: clock.now(), isAbsent: false, fault: undefined });
      },
      () => pace.current(last.current),
      visibility,
    );
  }, [ask, path, visibility]);
  return look;
}

/** `isAwaited`: something in it is about to change, and is looked for as often as a status. */
export function useListing(isAwaited: (listing: Listing) => boolean): Look<Listing> {
  const { everyMs } = useServer();
  return useLook("./", readListing, ({ seen, fault }) =>
    !seen || fault !== undefined || isAwaited(seen) ? everyMs : everyMs * listingEvery,
  );
}

function readListing(body: unknown): Listing | string {
  const { datasets } = body as { readonly datasets?: unknown };
  return Array.isArray(datasets)
    ? (body as Listing)
    : "The server answered with something that lists no datasets.";
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

/** Opens the dataset at `url` anew whenever `commitSeq` changes, and again while that fails. */
export function useDataset(
  url: string,
  commitSeq: number | undefined,
): { readonly opened: OpenedDataset | undefined; readonly fault: string | undefined } {
  const { everyMs } = useServer();
  const [opened, setOpened] = useState<OpenedDataset>();
  const [fault, setFault] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => {
    if (commitSeq === undefined) return;
    const ending = new AbortController();
    open(ending.signal).then(
      (now) => {
        setOpened(now);
        setFault(undefined);
      },
      (error: unknown) => {
        if (ending.signal.aborted) return;
        setFault(error instanceof Error ? error.message : String(error));
        timer.current = setTimeout(() => setAttempt((count) => count + 1), everyMs);
      },
    );
    return () => {
      ending.abort();
      clearTimeout(timer.current);
    };
  }, [url, commitSeq, attempt, everyMs]);
  return { opened, fault };

  async function open(signal: AbortSignal): Promise<OpenedDataset> {
    const dataset = await openDataset(url, signal);
    const flags = await dataset.statuses();
    signal.throwIfAborted();
    return { dataset, flags };
  }
}
