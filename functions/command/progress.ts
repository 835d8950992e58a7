import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { counted, megabytes } from "./format.ts";

const barCharacters = 24;

export interface Progress {
  report(event: PipelineEvent): void;
  /** Leaves the terminal as a line of its own can follow. */
  end(): void;
}

/** Tells what happens: one line that moves on a terminal, plain lines otherwise. Failures are lines in both. */
export function createProgress(output: NodeJS.WriteStream): Progress {
  let planned = 0;
  let done = 0;
  let bytes = 0;
  let leftToOthers = 0;
  let bar = false;

  const line = (text: string) => {
    if (bar) output.write("\r\x1b[K");
    bar = false;
    output.write(`${text}\n`);
  };
  const draw = () => {
    if (!output.isTTY) return;
    const full = planned === 0 ? 0 : Math.min(barCharacters, Math.round((barCharacters * done) / planned));
    const blocks = "█".repeat(full) + "░".repeat(barCharacters - full);
    output.write(`\r\x1b[K${blocks} ${done} of ${planned} granules, ${megabytes(bytes)}`);
    bar = true;
  };

  return {
    report(event) {
      switch (event.event) {
        case "created":
          return line(`created ${event.dataset}, which begins at ${formatInstant(event.start)}`);
        case "planned":
          planned += event.granules;
          if (event.granules > 0) {
            line(
              `pending: ${counted(event.granules, "granule")}, ${megabytes(event.bytes)}, ${counted(event.batches, "batch", "batches")}`,
            );
          }
          if (event.settled > 0) line(`settled without a granule: ${counted(event.settled, "timestep")}`);
          if (event.leased > 0 && event.leased !== leftToOthers)
            line(`left to others: ${counted(event.leased, "chunk")} that they work on`);
          leftToOthers = event.leased;
          return;
        case "skipped":
          return line(`skipped: what is due in chunk ${event.chunk}: ${event.reason}`);
        case "granule":
          done++;
          bytes += event.bytes;
          return draw();
        case "granuleFailed":
          done++;
          line(`failed: ${formatInstant(event.time)} ${event.fault}: ${event.reason}`);
          line(`        attempt ${event.attempts}, next try ${formatInstant(event.nextTryAt)}`);
          return draw();
        case "batch":
          if (output.isTTY || event.outcome === "leased") return;
          return line(
            `chunk ${event.chunk}: ${counted(event.taken, "timestep")} taken in${event.failed ? `, ${event.failed} failed` : ""}`,
          );
        case "committed": {
          const through =
            event.validThrough === undefined ? "" : `, valid through ${formatInstant(event.validThrough)}`;
          line(
            `committed: ${counted(event.length, "timestep")}${through}${event.gaps > 0 ? `, ${counted(event.gaps, "gap")}` : ""}`,
          );
          return draw();
        }
      }
    },
    end() {
      if (bar) output.write("\n");
      bar = false;
    },
  };
}
