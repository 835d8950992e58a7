// GRANULES STATE append|revise: a whole run for one granule that is new at the end, or was replaced in a sealed chunk.
// GRANULES STATE begin: makes the state that both begin with.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import { objectsOf } from "../../shared/archive/objectsOf.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Range } from "../../shared/pipeline/plan/scan.ts";
import { collectionKey, groupKey, provenanceKey, statusKey } from "../../shared/zarr/layout.ts";
import type { PortCall } from "../support/memoryWiring.ts";
import { countsOf, keysOf, noting, providerWithin, wiringWithin } from "./counted.ts";
import { first, revisedStep, tailSteps } from "./granuleFiles.ts";
import { tell, timed } from "./measured.ts";
import { withServing } from "./serving.ts";

const [granules = "", state = "", change = ""] = process.argv.slice(2);
const { id, updates } = trmm3b42rt;
const dataset = { ...trmm3b42rt, time: { ...trmm3b42rt.time, start: Date.parse(first) } };
const time = (step: number) => dataset.time.at(step);
/** Only a backfill looks at what is older than granules are revised. */
const backfill = { from: time(revisedStep), to: time(revisedStep), force: false };
const sealed = time(tailSteps) + updates.revisionWindowMs;
const usual = { force: false };

if (change === "begin") await takeIn(state, tailSteps, time(tailSteps - 1), usual);
else {
  const directory = await mkdtemp(join(tmpdir(), "accrete-bench-"));
  await cp(state, directory, { recursive: true });
  const { seconds, calls } =
    change === "append"
      ? await takeIn(directory, 1, time(tailSteps), usual)
      : await takeIn(directory, 1, sealed, backfill);
  await rm(directory, { recursive: true });
  const chunk = Math.floor((change === "append" ? tailSteps : revisedStep) / dataset.time.chunkLength);
  assertOnlyOf(chunk, calls);
  tell({ seconds, counts: countsOf(calls) });
}

/** Ingests what is new there as of an instant: so many timesteps. */
async function takeIn(directory: string, expected: number, now: number, range: Range) {
  const { calls, around } = noting();
  const steps = change === "append" ? tailSteps + 1 : tailSteps;
  const served = { first, steps, granules, isRevised: change === "revise" };
  const seconds = await withServing(served, (url) =>
    disposal(
      localWiring(
        trmm3b42rt,
        readSettings({ store: directory, source: url, start: first }, {}),
        () => undefined,
      ),
      (opened) =>
        timed(async () => {
          const source = providerWithin(url, trmm3b42rt.source.connectionsMax, around);
          const wiring = { ...wiringWithin(opened, around), source, asOf: () => now };
          const { taken } = await runUntilCurrent(wiring, range, new AbortController().signal);
          await source.close();
          assert.equal(taken, expected, "timesteps ingested");
        }),
    ),
  );
  return { seconds, calls };
}

/** Of data, nothing but that chunk's objects is read or put, and each is put once. */
function assertOnlyOf(chunk: number, calls: readonly PortCall[]): void {
  const own = objectsOf(dataset, chunk).map(({ key }) => key);
  const told = [provenanceKey(id, chunk), statusKey(id), collectionKey(id), groupKey(id, "granule_status/0")];
  const isMetadata = (key: string) => /\.zarr\/(.*\/)?\.z(array|attrs|metadata)$/.test(key);
  const isCoordinate = (key: string) => /\.zarr\/(lat|lon|latitude_band)\/0$/.test(key);
  const [reads, puts] = ["read", "put"].map((operation) => keysOf(calls, "store", operation)) as [
    string[],
    string[],
  ];
  const mayPut = (key: string) => own.includes(key) || told.includes(key) || isMetadata(key);
  assert.deepEqual(
    puts.filter((key) => !mayPut(key)),
    [],
    "puts of something else",
  );
  assert.deepEqual(
    reads.filter((key) => !mayPut(key) && !isCoordinate(key)),
    [],
    "reads of something else",
  );
  assert.deepEqual(puts.filter((key) => own.includes(key)).sort(), own.sort(), "the chunk's objects");
}
