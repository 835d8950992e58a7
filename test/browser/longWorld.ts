import { join } from "node:path";
import { readSettings } from "../../functions/runtime/settings.ts";
import { type LocalWiring, localWiring } from "../../functions/runtime/wiring.ts";
import { objectsOf } from "../../shared/archive/objectsOf.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { bytesOf, chunkValues } from "../../shared/dataset/chunkGrid.ts";
import { provenanceOf } from "../../shared/pipeline/commit/provenance.ts";
import { ABSENT } from "../../shared/store/store.ts";
import { createEncoder } from "../../shared/zarr/codec.ts";
import { defaultCodec } from "../../shared/zarr/compressor.ts";
import { documentHeaders, provenanceKey } from "../../shared/zarr/layout.ts";
import { documentBytes } from "../../shared/zarr/metadata.ts";
import { settle, settledDataset, takenChunk } from "../bench/settledDataset.ts";
import { id } from "../demo/stage.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { type PageServer, startPageServer } from "../support/pageServer.ts";
import { weatherAt } from "../support/weather.ts";
import { signal, temporary } from "./worlds.ts";

export const longSteps = 58_000;
const { dataset, start, asOf } = settledDataset(longSteps);
export const longStart = start;

export interface LongWorld {
  readonly url: string;
  readonly server: PageServer;
  close(): Promise<void>;
}

/**
 * A dataset of so many timesteps, all of them present. Of its fields only the last chunk of the first is there, dry but at its
 * end, and of its provenance only that of the first chunk.
 */
export async function longWorld(): Promise<LongWorld> {
  const { directory, remove } = await temporary();
  const store = join(directory, "data");
  await settle({ ACCRETE_STORE: store }, longSteps);
  const wired = await localWiring(trmm3b42rt, readSettings({ store }, {}), () => undefined);
  const wiring: LocalWiring = { ...onDescriptor(wired, dataset), start, asOf };
  await putLastChunk(wiring);
  await put(
    wiring,
    provenanceKey(id, 0),
    documentBytes(provenanceOf({ dataset }, takenChunk(dataset, 0, false))),
  );
  const server = await startPageServer({ wirings: [wiring], store, now: Date.now, asOf, port: 0 });
  return {
    url: `${server.url}#${id}`,
    server,
    async close() {
      await server.stop();
      await wired.close();
      await remove();
    },
  };
}

async function putLastChunk(wiring: LocalWiring): Promise<void> {
  const { precipitation } = weatherAt(asOf(), 1);
  const values = new Int16Array(chunkValues(dataset));
  values.set(precipitation, values.length - precipitation.length);
  const bytes = bytesOf(values);
  const encoder = createEncoder(defaultCodec, bytes.length);
  await encoder.write(bytes);
  const chunk = longSteps / dataset.time.chunkLength - 1;
  const object = objectsOf(dataset, chunk).find(({ array }) => array.name === "precipitation");
  await put(wiring, object?.key ?? "", await encoder.end());
}

async function put({ store }: LocalWiring, key: string, bytes: Uint8Array): Promise<void> {
  const { outcome } = await store.put(key, bytes, ABSENT, documentHeaders, signal);
  if (outcome !== "written") throw new Error(`${key} could not be put`);
}
