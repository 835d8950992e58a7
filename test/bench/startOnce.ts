// FUNCTIONS command|function and, as floors, node|framework: how long something takes to start and to answer.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { firstAnswer, project } from "./instances.ts";
import { askForResources, costOf, type Measured, tell, timed } from "./measured.ts";

const run = promisify(execFile);
/** Of a deployment. Nobody listens there: for the question every adapter is loaded, and nothing is read. */
const environment = {
  PATH: process.env.PATH ?? "",
  METADATA_SERVER_DETECTION: "none",
  ACCRETE_STORE: "gs://accrete-bench",
  ACCRETE_LEDGER: "firestore://accrete-bench/(default)",
  ACCRETE_QUEUE: "pubsub://accrete-bench/accrete",
  ACCRETE_STORAGE_ENDPOINT: "http://127.0.0.1:9",
  FIRESTORE_EMULATOR_HOST: "127.0.0.1:9",
  PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
};
const question = "/no-such-dataset";

const [functions = "", what = ""] = process.argv.slice(2);
const started: Readonly<Record<string, () => Promise<Measured>>> = {
  command: () => ran(join(project, "functions/cli/accrete.ts"), "datasets"),
  node: () => ran("-e", "0"),
  function: () => answered("bundle/index.js"),
  framework: () => answered("alone.js"),
};
tell((await started[what]?.()) as Measured);

async function ran(...parameters: string[]): Promise<Measured> {
  const seconds = await timed(() => run(process.execPath, parameters));
  // In a run of its own, as asking takes time.
  const asking = await run(process.execPath, [askForResources, ...parameters]);
  return { seconds, ...costOf(JSON.parse(asking.stderr) as NodeJS.ResourceUsage) };
}

async function answered(entry: string): Promise<Measured> {
  const { answered, cpu, peakRssMb } = await firstAnswer(
    join(functions, entry),
    environment,
    question,
    "SIGKILL",
  );
  return { seconds: answered / 1000, cpuSeconds: cpu / 1000, peakRssMb };
}
