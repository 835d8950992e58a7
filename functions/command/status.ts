import type { Command } from "commander";
import { StorageError } from "../../shared/errors.ts";
import { type DatasetStatus, readDatasetStatus } from "../datasetStatus.ts";
import { span } from "../format.ts";
import type { TypedSettings } from "../settings.ts";
import { closing, lookingWiring } from "../wiring.ts";
import { stopSignal } from "./exit.ts";
import { settingsOf, withCommonOptions } from "./options.ts";

const gapsShownMax = 20;

/** `accrete status`: what readers see, how late it is, and what is wrong. */
export function addStatus(program: Command): void {
  withCommonOptions(program.command("status"))
    .description("show length, lag and gaps")
    .option("--json", "as JSON")
    .action(async (id: string, typed: TypedSettings & { json?: true }) => {
      const settings = settingsOf(id, typed);
      const status = await closing(lookingWiring(id, settings), (wiring) =>
        readDatasetStatus(wiring, stopSignal()),
      );
      if (!status) {
        throw new StorageError(
          "status",
          `${settings.store.text}/${id}.zarr`,
          `there is no such dataset; \`accrete extend ${id}\` creates it`,
        );
      }
      if (typed.json) process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      else process.stdout.write(`${describe(status).join("\n")}\n`);
    });
}

function describe(status: DatasetStatus): string[] {
  const lag =
    status.lag_seconds === null ? "nothing is visible yet" : `${span(status.lag_seconds * 1000)} behind`;
  const more = status.gaps.length - gapsShownMax;
  return [
    `${status.dataset}: ${status.title}`,
    `length         ${status.length} timesteps from ${status.start}`,
    `valid through  ${status.valid_through ?? "-"}`,
    `state          ${status.state}, ${lag}; expected through ${status.expected_through ?? "-"}`,
    `committed      ${status.committed_at ?? "-"} (commit ${status.commit_seq})`,
    `gaps           ${status.gap_count}`,
    ...status.gaps
      .slice(0, gapsShownMax)
      .map(({ from, to, status: what }) => `  ${from === to ? from : `${from} to ${to}`}  ${what}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(status.revised.length > 0 ? ["revised"] : []),
    ...status.revised.map(
      ({ time, revision, ingested_at }) =>
        `  ${time}  ${revision === 1 ? "once" : `${revision} times`}, last taken in ${ingested_at}`,
    ),
    ...(status.failing.length > 0 ? ["failing"] : []),
    ...status.failing.map(
      ({ time, status: what, fault, reason, attempts, next_try_at }) =>
        `  ${time}  ${what}, ${fault}: ${reason} (attempt ${attempts}, next try ${next_try_at})`,
    ),
  ];
}
