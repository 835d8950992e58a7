import { readSettings } from "../../functions/runtime/settings.ts";
import { disposal, localWiring } from "../../functions/runtime/wiring.ts";
import { createStored } from "../../shared/archive/stored.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { timeInChunk } from "../../shared/dataset/chunkGrid.ts";
import { type Dataset, startingAt } from "../../shared/dataset/dataset.ts";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import { chunkRecordKey, NO_RECORD } from "../../shared/ledger/ledger.ts";
import { type ChunkRecord, emptyChunk, type StepRecord, withSteps } from "../../shared/ledger/records.ts";
import { commit } from "../../shared/pipeline/commit/commit.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { trmmPath } from "../support/trmmProvider.ts";
import { modifiedAtOf, type Served } from "./serving.ts";
import { variants } from "./variants.ts";

/** Of every such dataset, so that each plan's window holds the same directories. */
const last = Date.UTC(2048, 0, 16);
const listedDays = 60;
const { chunkLength, stepMs } = variants.endless.time;

/** A dataset of so many timesteps, whole chunks of them, and what its provider lists: the last of them. */
export function settledDataset(steps: number) {
  const start = last - (steps - 1) * stepMs;
  const listedSteps = Math.min(steps, (listedDays * 86_400_000) / stepMs);
  const served: Served = { first: formatInstant(last - (listedSteps - 1) * stepMs), steps: listedSteps };
  return { dataset: startingAt(variants.endless, start), start, asOf: () => last, served };
}

/**
 * Makes a ledger and metadata that say that all timesteps are ingested; `places` are the variables that say where.
 * There are no chunks of data: neither a plan nor a commit looks at them.
 */
export async function settle(places: NodeJS.ProcessEnv, steps: number): Promise<void> {
  const { dataset, start, asOf } = settledDataset(steps);
  const { signal } = new AbortController();
  await disposal(
    localWiring(trmm3b42rt, readSettings({}, places), () => undefined),
    async (opened) => {
      const wiring = { ...onDescriptor(opened, dataset), start, asOf };
      await createStored(wiring, signal);
      for (let chunk = 0; chunk * chunkLength < steps; chunk++) {
        await wiring.ledger.write(
          chunkRecordKey(dataset.id, chunk),
          takenChunk(dataset, chunk, false),
          NO_RECORD,
          neverAborted,
        );
      }
      const committed = await commit(wiring, signal);
      const length = committed.outcome === "left" ? 0 : committed.length;
      if (length !== steps) throw new Error(`${length} timesteps are visible instead of ${steps}`);
    },
  );
}

/** What is recorded of a chunk that is ingested. `isNews`: nobody has told readers of it yet. */
export function takenChunk(dataset: Dataset, chunk: number, isNews: boolean): ChunkRecord {
  const taken = Array.from({ length: chunkLength }, (_, offset): [number, StepRecord] => {
    const time = timeInChunk(dataset, chunk, offset);
    const modifiedAt = modifiedAtOf(time);
    const version = new Date(modifiedAt).toISOString();
    const identity = { path: trmmPath(time).slice(1), sizeBytes: 1, version, modifiedAt };
    const granule = { ...identity, crc32c: "00000000", ingestedAt: modifiedAt, revision: 0 };
    return [offset, { status: "present", granule, failed: null }];
  });
  return withSteps(emptyChunk(chunk), new Map(taken), isNews);
}

if (import.meta.main) {
  const [directory = "", steps = "0"] = process.argv.slice(2);
  await settle({ ACCRETE_STORE: directory }, Number(steps));
}
