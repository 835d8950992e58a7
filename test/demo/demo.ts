// npm run demo: a provider on loopback, a dataset that grows from it, and what a provider does to those who listen.
import { rm } from "node:fs/promises";
import { relative, resolve } from "node:path";
import * as zarr from "zarrita";
import { counted } from "../../functions/format.ts";
import { runUntilSettled } from "../../functions/localRun.ts";
import { readSettings } from "../../functions/settings.ts";
import { localWiring } from "../../functions/wiring.ts";
import { statusFlags } from "../../shared/dataset/cf.ts";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import { trmm3b42rt } from "../../shared/dataset/trmm-3b42rt.ts";
import type { PipelineEvent } from "../../shared/pipeline/events.ts";
import { openGroup } from "../../shared/status/coverage.ts";
import { type Granule, granule3b42rt } from "../support/granules.ts";
import { startTrmmProvider, threeHourly } from "../support/trmmProvider.ts";

const first = "2014-04-01T00:00:00Z";
const hour = 3_600_000;
const steps = threeHourly(first, 80);
const id = "trmm-3b42rt";

const directory = resolve("data", "demo");
await rm(directory, { recursive: true, force: true });
const signal = new AbortController().signal;
const provider = await startTrmmProvider();
const settings = readSettings({ store: directory, source: provider.url, start: first }, {});
const wired = await localWiring(id, settings, report);
let now = 0;
const wiring = { ...wired, asOf: () => now };

say("An FTP provider of 3B42RT granules is up on loopback. Every file is a gzipped binary of the true form.");

act("From nothing to now");
const published = 56;
for (const time of steps.slice(0, published)) provider.publish(time);
await extendAt(stepAt(published - 1) + 9 * hour);
await look();

act("A new granule");
provider.publish(stepAt(56));
await extendAt(stepAt(56) + 9 * hour);
await look();
say("It stands in the last chunk, which is not full: nobody had to wait for 40 files.");

act("A late granule");
provider.publish(stepAt(58));
say(`${at(58)} is there, ${at(57)} is not.`);
await extendAt(stepAt(58) + 9 * hour);
await look();
say("Taken in already, but not shown yet: no timestep appears before its elders are settled.");
provider.publish(stepAt(57));
await extendAt(stepAt(58) + 10 * hour);
await look();

act("A corrupt granule");
provider.publish(stepAt(59), { damage: (gz) => gz.subarray(0, gz.length / 2) });
provider.publish(stepAt(60));
await extendAt(stepAt(60) + 9 * hour);
say(
  "Its reason is kept and it is tried again, each time after twice as long. Now its patience of 2 days passes:",
);
for (const time of steps.slice(61, 77)) provider.publish(time);
await extendAt(stepAt(76) + 9 * hour);
const repaired = granule3b42rt({ time: stepAt(59), seed: 1 });
await look(59, repaired);
say("Readers see the gap and why; the values are missing, not zero, and not the last good field once more.");
provider.publish(stepAt(59));
say("The provider repairs it:");
await extendAt(stepAt(76) + 10 * hour);
await look(59, repaired);

act("A revised granule");
const revised = granule3b42rt({ time: stepAt(20), seed: 2 });
await look(20, revised);
provider.publish(stepAt(20), { seed: 2 });
say(`The provider replaces ${at(20)} under the same name.`);
await extendAt(stepAt(76) + 11 * hour);
await look(20, revised);

await wired.close();
await provider.close();
const shown = relative(process.cwd(), `${directory}/${id}.zarr`);
say(`
The dataset is in ${shown}. Open it:

  /usr/bin/python3 -c '
  import xarray as xr
  ds = xr.open_zarr("${shown}")
  print(ds)
  print(ds.precipitation.isel(time=-1).mean().values, ds.granule_status.values)'

Where each value came from is in data/demo/${id}.accrete; what the command says of it:

  npx accrete status ${id} --store ${relative(process.cwd(), directory)} --now ${formatInstant(now)}`);

function stepAt(index: number): number {
  return steps[index] as number;
}

function at(index: number): string {
  return formatInstant(stepAt(index));
}

function act(title: string): void {
  say(`\n${title}\n${"─".repeat(title.length)}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function extendAt(instant: number): Promise<void> {
  now = instant;
  say(`  ${formatInstant(now)}  accrete extend ${id}`);
  await runUntilSettled(wiring, { force: false }, signal);
}

function report(event: PipelineEvent): void {
  if (event.event === "planned" && event.granules > 0)
    say(`    pending: ${counted(event.granules, "granule")}`);
  if (event.event === "batch")
    say(`    chunk ${event.chunk}: ${event.taken} taken in, ${event.failed} failed`);
  if (event.event === "granuleFailed") {
    say(`    ${formatInstant(event.time)}: ${event.reason}; next try ${formatInstant(event.nextTryAt)}`);
  }
  if (event.event === "committed")
    say(`    committed: ${event.length} timesteps, ${counted(event.gaps, "gap")}`);
}

/** What a reader sees who opens the dataset now: its end, and one timestep's status and value where `granule` rains most. */
async function look(index?: number, granule?: Granule): Promise<void> {
  const group = await openGroup(wiring.store, id, signal);
  const open = (name: string) => zarr.open.v2(group.resolve(name), { kind: "array" });
  const { valid_through: through } = group.attrs as { valid_through: string };
  const [length = 0] = (await open("time")).shape;
  say(`    a reader sees ${length} timesteps, valid through ${through}`);
  if (index === undefined || !granule) return;
  const { row, column } = rainiest(granule);
  const flags = (await zarr.get(await open("granule_status"), [zarr.slice(index, index + 1)]))
    .data as Int8Array;
  const rain = await zarr.get(await open("precipitation"), [index, row, zarr.slice(column, column + 1)]);
  const [value = 0] = rain.data as Int16Array;
  const status = Object.keys(statusFlags)[flags[0] ?? 0];
  say(
    `    and ${at(index)} ${status}, rain at one place ${value === -31999 ? "missing" : `${value / 100} mm/h`}`,
  );
}

function rainiest({ expected }: Granule): { readonly row: number; readonly column: number } {
  const place = expected.precipitation.reduce(
    (most, rain, i, all) => (rain > (all[most] ?? 0) ? i : most),
    0,
  );
  const columns = trmm3b42rt.dimensions[1]?.count ?? 1;
  return { row: Math.floor(place / columns), column: place % columns };
}
