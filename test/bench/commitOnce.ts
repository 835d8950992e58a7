// STATE STEPS: the commit that tells of one more chunk, after so many timesteps.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { placeOf } from "../../shared/dataset/chunkGrid.ts";
import { chunkRecordKey, NO_RECORD } from "../../shared/ledger/ledger.ts";
import { commit } from "../../shared/pipeline/commit/commit.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { groupKey } from "../../shared/zarr/layout.ts";
import { coordinateChunkLength } from "../../shared/zarr/metadata.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { countsOf, keysOf, noting, wiringWithin } from "./counted.ts";
import { tell, timed } from "./measured.ts";
import { settledDataset, takenChunk } from "./settledDataset.ts";

const [state = "", text = "0"] = process.argv.slice(2);
const steps = Number(text);
const { dataset, start } = settledDataset(steps);
const { chunkLength } = dataset.time;
const now = dataset.time.at(steps + chunkLength - 1);
const { calls, around } = noting();
const { signal } = new AbortController();
const directory = await mkdtemp(join(tmpdir(), "accrete-bench-"));
await cp(state, directory, { recursive: true });
const seconds = await disposal(
  localWiring(trmm3b42rt, readSettings({ store: directory }, {}), () => undefined),
  async (opened) => {
    const chunk = steps / chunkLength;
    await opened.ledger.write(
      chunkRecordKey(dataset.id, chunk),
      takenChunk(dataset, chunk, true),
      NO_RECORD,
      neverAborted,
    );
    const wiring = { ...onDescriptor(wiringWithin(opened, around), dataset), start, asOf: () => now };
    return timed(async () => {
      assert.deepEqual(await commit(wiring, signal), { outcome: "done", length: steps + chunkLength });
    });
  },
);
const puts = keysOf(calls, "store", "put");
const alongTime = puts.filter((key) => /\/(time|time_bnds|granule_status)\/\d/.test(key));
const status = `granule_status/${placeOf(steps, coordinateChunkLength).chunk}`;
assert.deepEqual(alongTime, [groupKey(dataset.id, status)], "chunks along time that are put");
const sizes = await Promise.all(puts.map(async (key) => (await stat(join(directory, key))).size));
const groups = Map.groupBy(puts.keys(), (i) => groupOf(puts[i] as string, i));
await rm(directory, { recursive: true });
const { listings: _, fetches: __, ...counts } = countsOf(calls);
const bytes = sizes.reduce((sum, size) => sum + size, 0);
tell({
  seconds,
  counts: { ...counts, "bytes put": bytes },
  forFloor: [...groups.values()].map((of) => of.map((i) => sizes[i]).join(",")),
});

/** The shapes of all arrays of data have no order among each other, nor have those of what is like time. */
function groupOf(key: string, i: number): string {
  if (!key.endsWith("/.zarray")) return String(i);
  return /\/(time|time_bnds|granule_status)\//.test(key) ? "time" : "data";
}
