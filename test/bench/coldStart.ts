// node test/bench/coldStart.ts [ENTRY…]: how long a request waits for which an instance of `status` has to be started.
// Each module named besides is measured too. Needs the Firestore emulator.
//
// The compile cache is that of an instance that has answered before. On Cloud Run none is kept: the file system is new with
// every instance, and a cache is written when a process ends by itself. It would have to be part of the image.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { startFirestoreEmulator } from "../support/emulators.ts";
import { startStorageServer } from "../support/storageServer.ts";
import { startTrmmProvider, threeHourly } from "../support/trmmProvider.ts";
import { type Environment, type FirstAnswer, firstAnswer, layOutFunctions, project } from "./instances.ts";
import { median } from "./measured.ts";

interface Variant {
  readonly name: string;
  /** The module that registers `status`. */
  readonly entry: string;
  readonly environment: Environment;
}

const runs = 5;
const steps = 20;
const first = "2014-04-01T00:00:00Z";
const bucket = "accrete-bench";
const id = "trmm-3b42rt";
const run = promisify(execFile);
/** The first loads every adapter and reads nothing; the second is what people ask. */
const paths = ["/no-such-dataset", "/"] as const;

const directory = await mkdtemp(join(tmpdir(), "accrete-cold-"));
const firestore = await startFirestoreEmulator();
const storage = await startStorageServer({ buckets: [bucket] });
try {
  const places = {
    PATH: process.env.PATH ?? "",
    METADATA_SERVER_DETECTION: "none",
    ACCRETE_DATASET_IDS: id,
    ACCRETE_STORE: `gs://${bucket}`,
    ACCRETE_LEDGER: "firestore://accrete-bench/(default)",
    ACCRETE_STORAGE_ENDPOINT: storage.url,
    FIRESTORE_EMULATOR_HOST: firestore.host,
  };
  await createDataset(places);
  // Nothing is published, so nobody needs to listen there.
  const queue = { ACCRETE_QUEUE: "pubsub://accrete-bench/accrete", PUBSUB_EMULATOR_HOST: "127.0.0.1:9" };
  report(await measure(await variantsIn(directory, { ...places, ...queue })));
} finally {
  await Promise.all([firestore.stop(), storage.close()]);
  await rm(directory, { recursive: true });
}

/** Ingests some granules, so that there is a status to read. */
async function createDataset(env: Environment): Promise<void> {
  const provider = await startTrmmProvider();
  for (const time of threeHourly(first, steps)) provider.publish(time);
  const options = ["--source", provider.url, "--start", first, "--now", "2014-04-04T00:00:00Z"];
  const command = [join(project, "functions/cli/accrete.ts"), "extend", id, ...options];
  await run(process.execPath, command, { env });
  await provider.close();
}

async function variantsIn(root: string, environment: Environment): Promise<readonly Variant[]> {
  const { bundle, alone } = await layOutFunctions(root);
  const cached = { ...environment, NODE_COMPILE_CACHE: join(root, "compiled") };
  return [
    { name: "framework alone", entry: alone, environment },
    { name: "unbundled", entry: join(project, "functions/index.ts"), environment },
    { name: "bundle", entry: bundle, environment },
    { name: "bundle, compile cache", entry: bundle, environment: cached },
    ...process.argv.slice(2).map((named) => ({ name: named, entry: resolve(named), environment })),
  ];
}

/** First answers by variant, those to each path. All take turns, and the first turn does not count. */
async function measure(variants: readonly Variant[]): Promise<ReadonlyMap<string, FirstAnswer[][]>> {
  const measured = new Map(variants.map(({ name }) => [name, paths.map((): FirstAnswer[] => [])]));
  for (let turn = 0; turn <= runs; turn++) {
    for (const variant of variants) {
      for (const [i, path] of paths.entries()) {
        // Told to end, an instance leaves its compile cache behind.
        const found = await firstAnswer(
          variant.entry,
          variant.environment,
          path,
          turn === 0 ? "SIGTERM" : "SIGKILL",
        );
        if (turn > 0) measured.get(variant.name)?.[i]?.push(found);
      }
    }
  }
  return measured;
}

function report(measured: ReadonlyMap<string, FirstAnswer[][]>): void {
  say(
    `From the spawn of an instance, ms: medians of ${runs}, in turns; ${cpus().length} cores, ${process.version}.`,
  );
  say(`"any" is an answer for which every adapter is loaded and nothing read; "status" reads a dataset.\n`);
  say(
    ["".padEnd(24), ...["serving", "any", "CPU", "status", "CPU"].map((label) => label.padStart(8))].join(
      " ",
    ),
  );
  for (const [name, [any = [], status = []]] of measured) {
    const cells = [
      median(any.map(({ serving }) => serving)),
      ...[any, status].flatMap((column) => [
        median(column.map(({ answered }) => answered)),
        median(column.map(({ cpu }) => cpu)),
      ]),
    ];
    say([name.padEnd(24), ...cells.map((cell) => cell.toFixed(0).padStart(8))].join(" "));
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
