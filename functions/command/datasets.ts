import type { Command } from "commander";
import { catalogue } from "../../shared/dataset/catalogue.ts";
import { formatDuration, formatInstant } from "../../shared/dataset/timeAxis.ts";

/** `accrete datasets`: what this build can extend. */
export function addDatasets(program: Command): void {
  program
    .command("datasets")
    .description("list the datasets that can be extended")
    .action(() => {
      for (const { id, attributes, time, arrays } of catalogue) {
        const end = time.end === undefined ? "" : formatInstant(time.end);
        process.stdout.write(`${id}\n  ${attributes.title}\n`);
        process.stdout.write(
          `  ${formatInstant(time.start)} to ${end || "now"}, every ${formatDuration(time.stepMs)}\n`,
        );
        process.stdout.write(`  ${arrays.map(({ name }) => name).join(", ")}\n`);
      }
    });
}
