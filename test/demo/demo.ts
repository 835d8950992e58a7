// npm run demo: a provider on loopback, a dataset that grows from it, its page, and what a provider does to those who listen.
import { resolve } from "node:path";
import * as zarr from "zarrita";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { statusFlags } from "../../shared/dataset/cf.ts";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import { openGroup } from "../../shared/status/coverage.ts";
import { type Granule, type GranuleOptions, granule3b42rt } from "../support/granules.ts";
import type { Damage } from "../support/trmmProvider.ts";
import { goOn } from "./live.ts";
import { at, hour, id, openStage, publishedAt, say, stepAt } from "./stage.ts";

const signal = new AbortController().signal;
const stage = await openStage(resolve("data", "demo"), 8080);
const { provider, wiring } = stage;

say("An FTP provider of 3B42RT granules is up on loopback. Every file is a gzipped binary of the true form.");
say(`The dataset's page: ${stage.url}`);

act("From nothing to now");
const published = 56;
for (let index = 0; index < published; index++) publish(index);
await extendAt(stepAt(published - 1) + 9 * hour);
await look();

act("A new granule");
publish(56);
await extendAt(stepAt(56) + 9 * hour);
await look();
say("It stands in the last chunk, which is not full: nobody had to wait for 40 files.");

act("A late granule");
publish(58);
say(`${at(58)} is there, ${at(57)} is not.`);
await extendAt(stepAt(58) + 9 * hour);
await look();
say("Ingested already, but not shown yet: no timestep appears before its elders are resolved.");
publish(57);
await extendAt(stepAt(58) + 10 * hour);
await look();

act("A corrupt granule");
publish(59, { damage: (gz) => gz.subarray(0, gz.length / 2) });
publish(60);
await extendAt(stepAt(60) + 9 * hour);
say(
  "Its reason is kept and it is tried again, each time after twice as long. Now its patience of 2 days passes:",
);
for (let index = 61; index < 77; index++) publish(index);
await extendAt(stepAt(76) + 9 * hour);
const repaired = granule3b42rt({ time: stepAt(59), seed: 1 });
await look(59, repaired);
say("Readers see the gap and why; the values are missing, not zero, and not the last good field once more.");
publish(59);
say("The provider repairs it:");
await extendAt(stepAt(76) + 10 * hour);
await look(59, repaired);

act("A revised granule");
const revised = granule3b42rt({ time: stepAt(20), seed: 2 });
await look(20, revised);
publish(20, { seed: 2 });
say(`The provider replaces ${at(20)} under the same name.`);
await extendAt(stepAt(76) + 11 * hour);
await look(20, revised);

const shown = `${stage.directory}/${id}.zarr`;
say(`
The dataset is in ${shown}. Open it:

  /usr/bin/python3 -c '
  import xarray as xr
  ds = xr.open_zarr("${shown}")
  print(ds)
  print(ds.precipitation.isel(time=-1).mean().values, ds.granule_status.values)'

Where each value came from is in ${stage.directory}/${id}.accrete; what the command says of it:

  npx accrete status ${id} --store ${stage.directory} --now ${formatInstant(stage.now())}`);

if (process.stdin.isTTY) await goOn(stage, 77);
await stage.close();

/** When it is due; what replaces a granule, as of now. */
function publish(index: number, options: Partial<GranuleOptions> & { damage?: Damage } = {}): void {
  const modifiedAt = options.seed ? stage.now() : publishedAt(index);
  provider.publish(stepAt(index), { ...options, modifiedAt });
}

function act(title: string): void {
  say(`\n${title}\n${"─".repeat(title.length)}`);
}

async function extendAt(instant: number): Promise<void> {
  stage.setClock(instant);
  say(`  ${formatInstant(instant)}  accrete extend ${id}`);
  await stage.extend(signal);
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
