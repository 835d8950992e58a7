import { formatInstant } from "../../../shared/dataset/timeAxis.ts";
import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import { oddText, unmatchedLine } from "../../../shared/pipeline/matching.ts";
import { counted, granulesText, sizeText } from "./humanText.ts";

/** An event in words for people, a line or more; none where there is nothing to tell. */
export function eventLines(event: PipelineEvent): string[] {
  switch (event.event) {
    case "created":
      return [`created ${event.dataset}, which begins at ${formatInstant(event.start)}`];
    case "planned": {
      const odd = oddText(event);
      return [
        ...(event.granules > 0
          ? [
              `pending: ${granulesText(event.granules, event.timesteps)}, ${sizeText(event.bytes, event.granules, event.unsized)}, ${counted(event.batches, "batch", "batches")}`,
            ]
          : []),
        ...(event.isLeft ? ["left to the plan that is under way"] : []),
        ...(event.settled > 0 ? [`resolved without a granule: ${counted(event.settled, "timestep")}`] : []),
        ...(event.leased > 0 ? [`left to others: ${counted(event.leased, "chunk")} that they work on`] : []),
        ...(odd === undefined ? [] : [`to look at: ${odd}`]),
      ];
    }
    case "unmatched":
      return [unmatchedLine(event.reason)];
    case "emptyWindow":
      return [event.reason];
    case "continued":
      return [`goes on in another plan: ${formatInstant(event.from)} to ${formatInstant(event.to)}`];
    case "waiting":
      return waitingLines(event);
    case "skipped":
      return [`skipped: what is due in chunk ${event.chunk}: ${event.reason}`];
    case "granule":
      return [`ingested: ${spanOf(event.times)} ${event.path}`];
    case "granuleFailed":
      return [
        `${event.status === "pending" ? "pending" : "failed"}: ${spanOf(event.times)} ${event.fault}: ${event.reason}`,
        `        attempt ${event.attempts}, next try ${formatInstant(event.nextTryAt)}`,
      ];
    case "batch":
      if (event.outcome === "leased") return [`chunk ${event.chunk}: somebody else works on it`];
      return [
        `chunk ${event.chunk}: ${counted(event.taken, "timestep")} ingested${event.failed ? `, ${event.failed} failed` : ""}${event.left ? `, ${event.left} left for want of time` : ""}`,
      ];
    case "unheard":
      return [`commit ${event.commitSeq} was not announced: ${event.reason}`];
    case "statusLeft":
      return [`not shown in the status: ${event.reason}`];
    case "committed": {
      const through =
        event.validThrough === undefined ? "" : `, valid through ${formatInstant(event.validThrough)}`;
      return [
        `committed: ${counted(event.length, "timestep")}${through}${event.gaps > 0 ? `, ${counted(event.gaps, "gap")}` : ""}`,
      ];
    }
  }
}

/** A granule's timesteps, the first to the last. */
function spanOf(times: readonly number[]): string {
  const [first, last] = [times[0], times.at(-1)].map((time) => formatInstant(time as number));
  return first === last ? `${first}` : `${first} to ${last}`;
}

function waitingLines({ waitsFor, until }: Extract<PipelineEvent, { event: "waiting" }>): string[] {
  const at = until === undefined ? "" : ` at ${formatInstant(until)}`;
  switch (waitsFor) {
    case "listing":
      return ["asks the provider what it has"];
    case "others":
      return [`waits for others, whose lease ends${at}`];
    case "nextLook":
      return [`looks again${at}`];
  }
}
