import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { eventLines } from "../eventLines.ts";
import { megabytes } from "../format.ts";

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
        case "planned": {
          planned += event.granules;
          // Told once, however often a run that waits for others looks.
          const leased = event.leased === leftToOthers ? 0 : event.leased;
          leftToOthers = event.leased;
          return eventLines({ ...event, leased }).forEach(line);
        }
        case "granule":
          done++;
          bytes += event.bytes;
          return draw();
        case "granuleFailed":
          done++;
          eventLines(event).forEach(line);
          return draw();
        case "batch":
          if (!output.isTTY && event.outcome === "extended") eventLines(event).forEach(line);
          return;
        case "committed":
          eventLines(event).forEach(line);
          return draw();
        default:
          return eventLines(event).forEach(line);
      }
    },
    end() {
      if (bar) output.write("\n");
      bar = false;
    },
  };
}
