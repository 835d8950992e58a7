// STATE STEPS: a plan that finds nothing new, of a dataset with so many resolved timesteps.

import assert from "node:assert/strict";
import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { candidatePaths } from "../../shared/pipeline/plan/candidatePaths.ts";
import { plan } from "../../shared/pipeline/plan/plan.ts";
import { directoryOf } from "../../shared/source/paths.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { countsOf, keysOf, noting, providerWithin, wiringWithin } from "./counted.ts";
import { tell, timed } from "./measured.ts";
import { withServing } from "./serving.ts";
import { settledDataset } from "./settledDataset.ts";

const [directory = "", steps = "0"] = process.argv.slice(2);
const { dataset, start, asOf, served } = settledDataset(Number(steps));
const { calls, around } = noting();
const { signal } = new AbortController();
const seconds = await withServing(served, (url) =>
  disposal(
    localWiring(trmm3b42rt, readSettings({ store: directory, source: url }, {}), () => undefined),
    async (opened) => {
      const source = providerWithin(url, dataset.source.connectionsMax, around);
      const wiring = { ...onDescriptor(wiringWithin(opened, around), dataset), source, start, asOf };
      const took = await timed(async () => {
        const { batches, settled, continues } = await plan(wiring, { force: false }, signal);
        assert.deepEqual({ batches, settled, continues }, { batches: 0, settled: 0, continues: false });
      });
      await source.close();
      return took;
    },
  ),
);
const listed = keysOf(calls, "source", "list");
assert.deepEqual(
  listed.sort(),
  [...new Set(windowUntil(asOf()).flatMap(directoriesOf))].sort(),
  "what is listed, each once",
);
tell({ seconds, counts: countsOf(calls), forFloor: [JSON.stringify(served), ...listed] });

function directoriesOf(t: number): string[] {
  return candidatePaths(dataset, t).map(directoryOf);
}

/** The timesteps that a plan compares when all before is resolved. */
function windowUntil(asOf: number): number[] {
  const { stepMs } = dataset.time;
  return Array.from({ length: dataset.updates.revisionWindowMs / stepMs }, (_, i) => asOf - i * stepMs);
}
