import { repeat } from "../../shared/repeating.ts";
import { startLocalCloud } from "../cloud/localCloud.ts";
import { publicStore } from "../cloud/stage.ts";
import { createTurmoil } from "../cloud/turmoil.ts";
import { seeded } from "../support/seeded.ts";
import type { StartSoak } from "./soakLive.ts";
import { soakDataset } from "./soakTime.ts";

const workersMax = soakDataset.updates.batchesMax;
const tickMs = 2000;

/** The functions on emulators; messages get lost, come twice and overtake each other, and calls of the store fail. */
export const startSoakCloud: StartSoak = async (source, began, seed) => {
  const { meddle } = createTurmoil({ lost: 0.1, doubled: 0.1, heldBack: 0.1 }, seeded(seed), () => true);
  const cloud = await startLocalCloud({
    entry: new URL("soakFunctions.ts", import.meta.url).pathname,
    workersMax,
    environment: {
      ACCRETE_DATASET_IDS: soakDataset.id,
      ACCRETE_SOURCE_TINY: source,
      ACCRETE_LEASE_SECONDS: "3",
      ACCRETE_TIMEOUT_SECONDS: "12",
      SOAK_BEGAN: String(began),
    },
    meddle: { plan: meddle, extend: meddle },
    attemptsMax: { plan: 5, extend: 20 },
    backoff: { minimumBackoff: "1s", maximumBackoff: "10s" },
  });
  cloud.storage.faults.share = 0.02;
  cloud.storage.faults.operations = ["insert", "media", "metadata"];
  const stop = repeat(tickMs, () => cloud.publish("plan", { dataset: soakDataset.id }));
  return {
    store: publicStore(cloud.storage),
    keepUp() {},
    killOne: () => cloud.extend.killWorking(),
    faults() {
      const failed = [cloud.plan, cloud.extend].reduce(
        (sum, { answers }) => sum + (answers.get(500) ?? 0),
        0,
      );
      return failed === 0 ? [] : [`${failed} messages were answered with 500`];
    },
    async close() {
      await stop();
      await cloud.close();
    },
  };
};
