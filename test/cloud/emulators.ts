// npm run emulators: the whole cloud on one machine, with a provider that has granules, until Ctrl-C.
import { counted } from "../../functions/runtime/log/humanText.ts";
import { repeat } from "../../shared/repeating.ts";
import { emulatorsMissing } from "../support/emulators.ts";
import { startTrmmProvider, threeHourly } from "../support/trmmProvider.ts";
import { bucket, type LocalCloud, project, startLocalCloud } from "./localCloud.ts";

const ports = { firestore: 8085, pubsub: 8087, storage: 8086, plan: 8081, extend: 8082, status: 8083 };
const ftpPort = 8021;
const start = "2014-04-01T00:00:00Z";
const steps = 160;
/** What the dataset allows; `extend` runs in as many instances. */
const workersMax = 2;
const hourMs = 3_600_000;
const range = { from: start, to: "2014-04-10T21:00:00Z" };
const id = "trmm-3b42rt";

const missing = await emulatorsMissing();
if (missing !== undefined) fail(missing);

say(`Making ${counted(steps, "granule")} of 3B42RT for a provider on ftp://127.0.0.1:${ftpPort} …`);
const provider = await startTrmmProvider({ port: ftpPort }).catch((error: Error) => fail(error.message));
for (const time of threeHourly(start, steps)) provider.publish(time);

say("Starting Firestore, Pub/Sub, storage and the functions …");
const cloud = await startLocalCloud({
  workersMax,
  ports,
  environment: {
    ACCRETE_DATASET_IDS: id,
    ACCRETE_SOURCE: provider.url,
    ACCRETE_START: start,
    ACCRETE_LOG: "text",
    ACCRETE_TIMEOUT_SECONDS: "540",
  },
  onLine: (line) => {
    if (!/^\S+ DEBUG /.test(line)) say(line);
  },
}).catch(async (error: Error) => {
  await provider.close();
  return fail(error.message);
});
const endSchedule = repeat(hourMs, () => cloud.publish("plan", {}));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(cloud));
explain(cloud);

/** Ends everything that was started. */
async function stop({ close }: LocalCloud): Promise<void> {
  say("Stopping …");
  await endSchedule();
  await close();
  await provider.close();
}

function explain({ environment, status, storage }: LocalCloud): void {
  const backfill = JSON.stringify({ dataset: id, ...range });
  const set = (names: readonly string[]) => names.map((name) => `${name}='${environment[name]}'`).join(" ");
  say(`
The whole cloud is up on this machine. A schedule plans every dataset hourly, from an hour on.
Publish a backfill in another terminal, and see here how it is worked off:

  CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB=http://127.0.0.1:${ports.pubsub}/ CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true \\
    gcloud pubsub topics publish accrete-plan --project=${project} --message='${backfill}'

or, without gcloud:

  ${set(["ACCRETE_QUEUE", "PUBSUB_EMULATOR_HOST"])} \\
    npx accrete plan ${id} --send --from ${range.from} --to ${range.to}

Everything that the provider has (${counted(steps, "granule")}):  --message='{}'
The same range once more:                      --message='${JSON.stringify({ dataset: id, ...range, force: true })}'

How it is:     curl ${status.url}/ ; curl ${status.url}/${id}
The data:      xarray.open_zarr("${storage.url}/${bucket}/${id}.zarr")
This laptop at work on the same dataset:
  ${set(["ACCRETE_STORE", "ACCRETE_LEDGER", "ACCRETE_QUEUE"])} \\
    ${set(["ACCRETE_STORAGE_ENDPOINT", "FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"])} \\
    npx accrete extend ${id} --source ${provider.url}
Ctrl-C ends it all; nothing is kept.
`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(why: string): never {
  const remedy = why.includes("EADDRINUSE") ? "; another one may be running: end it first" : "";
  process.stderr.write(`npm run emulators: ${why}${remedy}\n`);
  process.exit(1);
}
