import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import { span } from "../../runtime/log/humanText.ts";
import { createPaceMeter } from "./pace.ts";
import type { ProgressShown } from "./progressLine.ts";

type Waiting = Extract<PipelineEvent, { event: "waiting" }>;

/** A silence of this length is told. */
const silenceMs = 3000;

/** Keeps in mind what events tell of a run: how far it is, how fast, and what it waits for. */
export interface Tracker {
  note(event: PipelineEvent, at: number): void;
  at(now: number): Omit<ProgressShown, "beat">;
}

export function createTracker(begunAt: number): Tracker {
  const pace = createPaceMeter();
  let counts = { planned: 0, done: 0, bytes: 0 };
  let waits: Waiting | undefined;
  let isStored = true;
  let heardAt = begunAt;

  const arrived = (at: number, bytes: number) => {
    // A file that two chunks share is planned once, and comes for each.
    const done = Math.min(counts.done + 1, counts.planned || Number.POSITIVE_INFINITY);
    counts = { ...counts, done, bytes: counts.bytes + bytes };
    pace.add(at, bytes);
    isStored = false;
  };
  const waitFor = (event: Waiting, at: number) => {
    if (event.waitsFor !== waits?.waitsFor) heardAt = at;
    waits = event;
    // What others hold is planned anew; the next look begins from nothing.
    if (event.waitsFor === "others") counts = { ...counts, planned: counts.done };
    if (event.waitsFor === "nextLook") counts = { planned: 0, done: 0, bytes: 0 };
  };
  const doingAt = (now: number) => {
    const silent = now - heardAt >= silenceMs ? `, ${span(now - heardAt)}` : "";
    if (waits) return `${waitingText(waits, now)}${waits.waitsFor === "listing" ? silent : ""}`;
    const mayComeMore = counts.done < counts.planned || (counts.planned === 0 && counts.done > 0);
    if (mayComeMore) return silent && `waiting for a granule${silent}`;
    return isStored ? "" : `storing${silent}`;
  };

  return {
    note(event, at) {
      if (event.event === "waiting") return waitFor(event, at);
      waits = undefined;
      heardAt = at;
      if (event.event === "planned") {
        if (counts.done >= counts.planned) pace.begin(at);
        counts = { ...counts, planned: counts.planned + event.granules };
      }
      if (event.event === "granule") arrived(at, event.bytes);
      if (event.event === "granuleFailed") arrived(at, 0);
      if (event.event === "committed") isStored = true;
    },
    at: (now) => ({ ...counts, pace: waits ? undefined : pace.paceAt(now), doing: doingAt(now) }),
  };
}

function waitingText({ waitsFor, until = 0 }: Waiting, now: number): string {
  switch (waitsFor) {
    case "listing":
      return "listing what the provider has";
    case "others":
      return `others are at work, lease until ${new Date(until).toISOString().slice(11, 19)}Z`;
    case "nextLook":
      return `next look in ${span(until - now)}`;
  }
}
