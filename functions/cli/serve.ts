import type { Command } from "commander";
import { datasetById, type LoadedDatasets } from "../../shared/dataset/loadDatasets.ts";
import { reasonOf, UsageError } from "../../shared/errors.ts";
import { type Cloud, planTopicOf } from "../runtime/cloud.ts";
import { datasetsDirectory, openDatasets } from "../runtime/datasets/datasets.ts";
import { startLocalServer } from "../runtime/http/localServer.ts";
import { pageFiles } from "../runtime/http/pageFiles.ts";
import { createAnswering } from "../runtime/http/serve.ts";
import { createLog } from "../runtime/log/log.ts";
import { headings } from "../runtime/settings/table.ts";
import { readSettings, type Settings, type TypedSettings } from "../runtime/settings.ts";
import { disposal, openStore, processRuntime, readOnlyWiring } from "../runtime/wiring.ts";
import { status } from "../status.ts";
import { withExamples, withSettings } from "./options.ts";
import { stopSignal, warnOfFaulty } from "./terminal/exit.ts";

const defaultPort = 8080;
const portMax = 65_535;

type TypedServe = TypedSettings & { readonly port?: string; readonly host: string };

/** `accrete serve`: the page that shows how datasets are, on this machine. */
export function defineServe(command: Command): void {
  command
    .argument("[datasets...]", "their ids, as `accrete datasets` lists them (default: all)")
    .optionsGroup(headings.serving)
    .option("--port <number>", `where to listen; 0 for any that is free (default: ${defaultPort})`)
    .option("--host <address>", "address of this machine to listen on", "127.0.0.1")
    .action((ids: readonly string[], typed: TypedServe) => servePage(ids, typed));
  withExamples(
    withSettings(command, "cors", "now", "store", "ledger", "datasets", "queue"),
    ["accrete serve", "the page of what is in ./data, at http://127.0.0.1:8080/"],
    ["accrete serve trmm-3b42rt --store ./archive --port 8090", "one dataset of another directory"],
    [
      "accrete serve --store gs://acme-feeds-accrete --ledger firestore://acme-feeds/accrete",
      "what the cloud's functions extend, seen from here",
    ],
    ["accrete serve --cors https://viewer.example.org", "a viewer of that origin may read it, too"],
  );
}

async function servePage(ids: readonly string[], typed: TypedServe): Promise<void> {
  const port = readPort(typed.port);
  const settings = readSettings(typed, process.env);
  const all = await openDatasets(datasetsDirectory(settings.datasets));
  const shown: LoadedDatasets =
    ids.length > 0 ? { datasets: ids.map((id) => datasetById(id, all)), faulty: new Map() } : all;
  const cloud = readOnlyCloud(shown, settings);
  warnOfFaulty(shown);
  await pageFiles(); // where it is not built, whoever starts this should hear it
  const write = (line: string) => void process.stderr.write(line);
  const log = createLog({ form: "text", write, now: Date.now });
  const open = async () => cloud;
  const answer = createAnswering(status, { environment: {}, known: cloud.datasets, open });
  const onFailure = (error: unknown) => log("ERROR", `an answer broke off: ${reasonOf(error, 2000)}`);
  const server = await startLocalServer((asked) => answer(asked, log), { host: typed.host, port, onFailure });
  process.stdout.write(`the page is at ${server.url}, metrics at ${server.url}metrics; Ctrl-C ends it\n`);
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  stopSignal().addEventListener("abort", () => resolve());
  await stopped;
  await server.close();
}

/** What `status` looks at, as it is on this machine: nothing is created by looking. */
function readOnlyCloud(shown: LoadedDatasets, settings: Settings): Cloud {
  // One for all requests: a bucket's client keeps its connections.
  let store: ReturnType<typeof openStore> | undefined;
  return {
    ...shown,
    queue: { publish: () => Promise.reject(new TypeError("who looks sends no messages")) },
    timeoutMs: settings.timeoutMs,
    objectBytesMax: Number.POSITIVE_INFINITY,
    corsOrigins: settings.corsOrigins,
    store: settings.store.text,
    planTopic: planTopicOf(settings),
    now: Date.now,
    asOf: processRuntime(settings).asOf,
    async use(dataset, invocation, work) {
      store ??= openStore(settings);
      const opened = await store;
      // Wherever a dataset begins is where who looks takes it to begin.
      const wiring = readOnlyWiring(dataset, { ...settings, start: undefined });
      return disposal(wiring, (wired) => work({ ...wired, store: opened, ...invocation }));
    },
  };
}

/** Throws a `UsageError`. */
function readPort(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  if (/^\d{1,5}$/.test(text) && Number(text) <= portMax) return Number(text);
  throw new UsageError([`--port "${text}" is not a whole number from 0 to ${portMax}`]);
}
