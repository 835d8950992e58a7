import { useState } from "preact/hooks";
import { parseInstant } from "../../../shared/dataset/timeAxis.ts";
import type { StatusSummary } from "../../../shared/status/summary.ts";
import { useServer } from "../server/server.tsx";
import { instantText, relative } from "../ui/format.ts";
import { useTicks } from "../ui/hooks.ts";
import { timelineOf } from "./timeline.ts";

const shownFirst = 8;
const names = { commit: "Commit", revision: "Revised", provider: "Provider" } as const;

/** Commits, revisions and failures of the provider, the latest first. */
export function Events({ status }: { readonly status: StatusSummary }) {
  const { clock } = useServer();
  const [isAll, setIsAll] = useState(false);
  useTicks(5000);
  const all = timelineOf(status);
  const listedAt = parseInstant(status.provider.looked_at ?? "");
  return (
    <>
      <p class="muted">
        {listedAt === undefined
          ? "The provider has not been listed yet."
          : `The provider was last listed on ${instantText(listedAt)}.`}
      </p>
      {all.length === 0 && <p class="muted">Nothing has happened yet.</p>}
      <ol class="events">
        {all.slice(0, isAll ? all.length : shownFirst).map(({ at, kind, text }) => (
          <li key={`${kind} ${at} ${text}`} class={`event-${kind}`}>
            <time dateTime={new Date(at).toISOString()} title={instantText(at)}>
              {relative(at, clock.now())}
            </time>
            <span class="event-kind">{names[kind]}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {all.length > shownFirst && (
        <button type="button" onClick={() => setIsAll(!isAll)} aria-expanded={isAll}>
          {isAll ? "Fewer" : `All ${all.length}`}
        </button>
      )}
    </>
  );
}
