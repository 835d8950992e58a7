import type { PipelineEvent } from "../../../shared/pipeline/events.ts";
import { unmatchedText } from "../../../shared/pipeline/matching.ts";
import type { Wiring } from "../../../shared/pipeline/wiring.ts";
import type { Stop } from "../../../shared/repeating.ts";
import { eventDocument } from "../../runtime/log/eventFields.ts";
import { eventLines } from "../../runtime/log/eventLines.ts";
import { ansiOn, type Style } from "./ansi.ts";
import { progressLine } from "./progressLine.ts";
import { createTracker } from "./tracker.ts";

export interface Progress {
  report(event: PipelineEvent): void;
  /** Leaves the output as a line of its own can follow. */
  end(): void;
}

/** The wall clock, and what runs by it. */
export type Clock = Pick<Wiring, "now" | "repeat">;

/** So often the moving line is drawn anew, so that one sees that something lives. */
const beatMs = 250;

/** Tells what happens: on a terminal one line that moves, with plain lines above it for what stays; else plain lines. */
export function createProgress(output: NodeJS.WriteStream, clock: Clock): Progress {
  return output.isTTY ? movingLine(output, clock) : plainLines(output);
}

/** Every event as one line of JSON, with the instant when it was told. */
export function createEventStream(output: NodeJS.WriteStream, { now }: Pick<Clock, "now">): Progress {
  const at = () => new Date(now()).toISOString();
  return {
    report: (event) => void output.write(`${JSON.stringify({ ...eventDocument(event), at: at() })}\n`),
    end() {},
  };
}

/** The same things in the same words are told once, however often a run that waits for others looks. */
function createTelling() {
  let leftToOthers = 0;
  let waitsFor = "";
  let unmatched = "";
  let unreadable: string | undefined;
  return (event: PipelineEvent): string[] => {
    if (event.event === "waiting") {
      if (event.waitsFor === "listing" || event.waitsFor === waitsFor) return [];
      waitsFor = event.waitsFor;
      return eventLines(event);
    }
    if (event.event === "unmatched") {
      if (event.reason === unmatched) return [];
      unmatched = event.reason;
    }
    if (event.event !== "planned") {
      waitsFor = "";
      return eventLines(event);
    }
    if (unmatchedText(event) === undefined) unmatched = "";
    const leased = event.leased === leftToOthers ? 0 : event.leased;
    leftToOthers = event.leased;
    const { unreadable: odd, ...others } = event;
    const isNews = odd !== undefined && odd !== unreadable;
    unreadable = odd;
    return eventLines({ ...others, leased, ...(isNews && { unreadable: odd }) });
  };
}

function plainLines(output: NodeJS.WriteStream): Progress {
  const tell = createTelling();
  return {
    report(event) {
      if (event.event === "granule" || (event.event === "batch" && event.outcome === "leased")) return;
      for (const line of tell(event)) output.write(`${line}\n`);
    },
    end() {},
  };
}

const styles: Partial<Record<PipelineEvent["event"], Style>> = {
  granuleFailed: "red",
  skipped: "yellow",
  unmatched: "yellow",
  emptyWindow: "yellow",
  unheard: "yellow",
  statusLeft: "yellow",
};

function movingLine(output: NodeJS.WriteStream, { now, repeat }: Clock): Progress {
  const tell = createTelling();
  const ansi = ansiOn(output);
  const tracker = createTracker(now());
  let beat = 0;
  let isDrawn = false;
  let stopBeating: Stop | undefined;

  const clear = () => {
    if (isDrawn) output.write("\r\x1b[K");
    isDrawn = false;
  };
  const draw = () => {
    const shown = tracker.at(now());
    if (shown.doing === "" && shown.planned + shown.done === 0) return;
    output.write(`\r\x1b[K${progressLine({ ...shown, beat }, output.columns)}`);
    isDrawn = true;
  };
  const linesOf = (event: PipelineEvent) =>
    event.event === "granule" || event.event === "batch" || event.event === "waiting" ? [] : tell(event);

  return {
    report(event) {
      stopBeating ??= repeat(beatMs, () => {
        beat++;
        draw();
      });
      tracker.note(event, now());
      const lines = linesOf(event);
      const style = styles[event.event];
      if (lines.length > 0) clear();
      for (const line of lines) output.write(`${style ? ansi(style, line) : line}\n`);
      draw();
    },
    end() {
      void stopBeating?.();
      stopBeating = undefined;
      clear();
    },
  };
}
