import { readSettings } from "../../functions/settings.ts";
import { localWiring } from "../../functions/wiring.ts";
import { timeAt } from "../../shared/dataset/timeAxis.ts";
import { chunkKey, NO_RECORD } from "../../shared/ledger/ledger.ts";
import { emptyChunk, type StepRecord, withSteps } from "../../shared/ledger/records.ts";
import { commit } from "../../shared/pipeline/commit.ts";
import { createLive } from "../../shared/pipeline/live.ts";
import { stepsOfChunk } from "../../shared/zarr/chunkGrid.ts";
import { startTrmmProvider, trmmPath } from "../support/trmmProvider.ts";

const listedDays = 60;
const modifiedAt = Date.UTC(2015, 0, 1);

/**
 * A dataset whose ledger and metadata say that `steps` timesteps are taken in, and a provider that lists the last of them
 * unchanged. `places` are the variables that say where. There are no chunks of data: a plan does not look at them.
 */
export async function settledDataset(places: NodeJS.ProcessEnv, steps: number) {
  const provider = await startTrmmProvider();
  const settings = readSettings({ source: provider.url }, places);
  const wiring = await localWiring("trmm-3b42rt", settings, () => undefined);
  const { dataset, ledger } = wiring;
  const signal = new AbortController().signal;
  const last = timeAt(dataset.time, steps - 1);
  await createLive(wiring, signal);
  for (let chunk = 0; chunk * dataset.time.chunkLength < steps; chunk++) {
    const changes = new Map<number, StepRecord>();
    for (let offset = 0; offset < stepsOfChunk(dataset, chunk); offset++) {
      const index = chunk * dataset.time.chunkLength + offset;
      if (index >= steps) break;
      const path = trmmPath(timeAt(dataset.time, index)).slice(1);
      const identity = { path, sizeBytes: 1, listedDate: new Date(modifiedAt).toISOString(), modifiedAt };
      const granule = { ...identity, crc32c: "00000000", ingestedAt: modifiedAt, revision: 0 };
      changes.set(offset, { status: "present", granule, failed: null });
      if (timeAt(dataset.time, index) > last - listedDays * 86_400_000) {
        provider.put(`/${path}`, new Uint8Array(1), modifiedAt);
      }
    }
    await ledger.write(chunkKey(dataset.id, chunk), withSteps(emptyChunk(chunk), changes, false), NO_RECORD);
  }
  const { length } = (await commit({ ...wiring, asOf: () => last }, signal)) as { length: number };
  if (length !== steps) throw new Error(`${length} timesteps are visible instead of ${steps}`);
  await wiring.close();
  return { provider, last };
}
