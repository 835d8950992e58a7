/** Datasets that the demo has not: a regional one beside 3B42RT, and one whose chunks are compressed by gzip. */
import { join } from "node:path";
import { runUntilCurrent } from "../../functions/runtime/runUntilCurrent.ts";
import { readSettings } from "../../functions/runtime/settings.ts";
import { type LocalWiring, localWiring } from "../../functions/runtime/wiring.ts";
import airTemperature from "../../shared/dataset/catalogue/air-temperature.ts";
import trmm3b42rt from "../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import { publishedAt, stepAt } from "../demo/stage.ts";
import { airFiles } from "../functions/cli/command.ts";
import { startFtpServer } from "../support/ftpServer.ts";
import { onDescriptor } from "../support/onDescriptor.ts";
import { type PageOptions, type PageServer, startPageServer } from "../support/pageServer.ts";
import { startTrmmProvider } from "../support/trmmProvider.ts";
import { dueAt, minute, signal, temporary } from "./worlds.ts";

export interface OtherWorld {
  readonly server: PageServer;
  readonly directory: string;
  close(): Promise<void>;
}

const trmmSteps = 3;
/** Long after the air temperature's end. */
const now = () => dueAt(trmmSteps - 1) + minute;

export const planTopic = "projects/acme-feeds/topics/accrete-plan";

/** The air temperature series, complete, and the first timesteps of 3B42RT. */
export async function twoDatasets(): Promise<OtherWorld> {
  return opened({ planTopic }, async (store) => [
    await airWiring(store),
    await trmmWiring(store, (trmm) => trmm),
  ]);
}

/** The first timesteps of 3B42RT, in chunks of two. */
export async function gzipDataset(): Promise<OtherWorld> {
  const adapt = (trmm: Descriptor): Descriptor => ({
    ...trmm,
    time: { ...trmm.time, chunkLength: 2 },
    arrays: trmm.arrays.map((array) => ({ ...array, codec: { id: "gzip" } })),
  });
  return opened({}, async (store) => [await trmmWiring(store, adapt)]);
}

async function opened(
  options: Pick<PageOptions, "planTopic">,
  fill: (store: string) => Promise<[LocalWiring, ...LocalWiring[]]>,
): Promise<OtherWorld> {
  const { directory, remove } = await temporary();
  const store = join(directory, "data");
  const wirings = await fill(store);
  const server = await startPageServer({ wirings, store, now, port: 0, ...options });
  return {
    server,
    directory: store,
    async close() {
      await server.stop();
      await Promise.all(wirings.map((wiring) => wiring.close()));
      await remove();
    },
  };
}

async function airWiring(store: string): Promise<LocalWiring> {
  const provider = await startFtpServer({ files: airFiles(), now });
  const settings = readSettings({ store, source: provider.url }, {});
  const wired = await localWiring(airTemperature, settings, () => undefined);
  return filled({ ...wired, now, asOf: now }, provider);
}

async function trmmWiring(store: string, adapt: (trmm: Descriptor) => Descriptor): Promise<LocalWiring> {
  const provider = await startTrmmProvider({ now });
  for (let index = 0; index < trmmSteps; index++)
    provider.publish(stepAt(index), { modifiedAt: publishedAt(index) });
  const settings = readSettings({ store, source: provider.url, start: formatInstant(stepAt(0)) }, {});
  const wired = await localWiring(trmm3b42rt, settings, () => undefined);
  return filled({ ...onDescriptor(wired, adapt(wired.descriptor)), now, asOf: now }, provider);
}

async function filled(wiring: LocalWiring, provider: { close(): Promise<void> }): Promise<LocalWiring> {
  try {
    await runUntilCurrent(wiring, { force: false }, signal);
    return wiring;
  } finally {
    await provider.close();
  }
}
