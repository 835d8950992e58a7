/**
 * Google's emulators of Firestore and Pub/Sub, started on loopback. They come with the Google Cloud SDK and run on Java.
 *
 * Tests on them are skipped where something is missing, unless CI or ACCRETE_REQUIRE_EMULATORS=1 is set: then they fail.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { assertFree, freePort } from "./freePort.ts";
import { patienceMs } from "./patience.ts";

const run = promisify(execFile);
const pollMs = 20;
const stopMs = 10_000;
const saidCharactersMax = 2000;
/** They are short-lived: what makes a long run quick makes their start slow. */
const javaOptions = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.language=en"];

export interface Emulator {
  /** `127.0.0.1:PORT`, as the clients take it. */
  readonly host: string;
  /** Resolves when its process has ended. It may be called twice. */
  stop(): Promise<void>;
}

interface Program {
  readonly name: string;
  /** Below the SDK's root. */
  readonly folder: readonly string[];
  /** Within the folder; `*` is every jar there. */
  readonly jar: string;
  readonly mainClass: string;
  readonly component: string;
}

const firestore: Program = {
  name: "the Firestore emulator",
  folder: ["platform", "cloud-firestore-emulator"],
  jar: "cloud-firestore-emulator.jar",
  mainClass: "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
  component: "cloud-firestore-emulator",
};
const pubsub: Program = {
  name: "the Pub/Sub emulator",
  folder: ["platform", "pubsub-emulator", "lib"],
  jar: "*",
  mainClass: "com.google.cloud.pubsub.testing.v1.Main",
  component: "pubsub-emulator",
};

/** Starts the Firestore emulator with no documents in it, on a free port unless one is given; resolves when it answers. */
export const startFirestoreEmulator = (port?: number): Promise<Emulator> => start(firestore, port);

/** Starts the Pub/Sub emulator with no topics in it, on a free port unless one is given; resolves when it answers. */
export const startPubsubEmulator = (port?: number): Promise<Emulator> => start(pubsub, port);

let root: Promise<string> | undefined;
let lack: Promise<string | undefined> | undefined;

/** Why the emulators cannot be started here, in one sentence; `undefined` if they can. */
export function emulatorsMissing(): Promise<string | undefined> {
  lack ??= Promise.all([findSdk(), run("java", ["-version"]).catch(() => fail(noJava)), findJars()]).then(
    () => undefined,
    (thrown: unknown) => (thrown as Error).message,
  );
  return lack;
}

/** The `skip` of tests on the emulators: a reason or `false`. Throws where they are required and missing. */
export async function emulatorsSkip(): Promise<string | false> {
  const missing = await emulatorsMissing();
  const isRequired = Boolean(process.env.CI) || process.env.ACCRETE_REQUIRE_EMULATORS === "1";
  if (missing !== undefined && isRequired) throw new Error(missing);
  return missing ?? false;
}

const noGcloud =
  "gcloud does not run (install the Google Cloud SDK: https://cloud.google.com/sdk/docs/install)";
const noJava =
  "java does not run (the emulators need 17 or later; Debian: apt-get install default-jre-headless)";

function fail(message: string): never {
  throw new Error(message);
}

/** gcloud takes a second to say it, so it is asked once. */
function findSdk(): Promise<string> {
  root ??= run("gcloud", ["info", "--format=value(installation.sdk_root)"]).then(
    ({ stdout }) => stdout.trim(),
    () => fail(noGcloud),
  );
  return root;
}

async function findJars(): Promise<void> {
  const sdk = await findSdk();
  for (const { name, folder, jar, component } of [firestore, pubsub]) {
    const path = join(sdk, ...folder, jar === "*" ? "" : jar);
    const remedy = `gcloud components install ${component}, or apt-get install google-cloud-cli-${component.replace("cloud-", "")}`;
    await access(path).catch(() => fail(`${name} is not in the Google Cloud SDK (${remedy})`));
  }
}

async function start(program: Program, wanted?: number): Promise<Emulator> {
  const missing = await emulatorsMissing();
  if (missing !== undefined) throw new Error(`${program.name} cannot be started: ${missing}`);
  const port = wanted ?? (await freePort());
  await assertFree(port).catch((cause: Error) =>
    fail(`${program.name} cannot be started on port ${port}: ${cause.message}`),
  );
  const classPath = join(await findSdk(), ...program.folder, program.jar);
  const emulator = spawn(
    "java",
    [...javaOptions, "-cp", classPath, program.mainClass, "--host=127.0.0.1", `--port=${port}`],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  stopWithThisProcess(emulator);
  const said = collect(emulator);
  const host = `127.0.0.1:${port}`;
  const answered = new AbortController();
  try {
    await Promise.race([
      answers(host, answered.signal),
      once(emulator, "exit").then(([code]) => fail(`it ended with ${code}`)),
      wait(patienceMs, undefined, { signal: answered.signal, ref: false }).then(() =>
        fail(`no answer on ${host} within ${patienceMs} ms`),
      ),
    ]);
  } catch (cause) {
    await stop(emulator);
    const { message } = cause as Error;
    throw new Error(`${program.name} did not start: ${message}; it said: ${said()}`, { cause });
  } finally {
    answered.abort();
  }
  return { host, stop: () => stop(emulator) };
}

/** Both answer any plain request as soon as they take calls. */
async function answers(host: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`http://${host}/`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await wait(pollMs);
  }
}

/** What it said last, read all the time lest the pipe fills and holds it up. */
function collect({ stdout, stderr }: ChildProcess): () => string {
  let said = "";
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-saidCharactersMax);
    });
  }
  return () => said.trim() || "nothing";
}

async function stop(emulator: ChildProcess): Promise<void> {
  if (emulator.exitCode !== null || emulator.signalCode !== null || emulator.pid === undefined) return;
  const ended = once(emulator, "exit");
  emulator.kill();
  const late = setTimeout(() => emulator.kill("SIGKILL"), stopMs);
  await ended;
  clearTimeout(late);
}

const running = new Set<ChildProcess>();

/** No emulator outlives the process that started it, unless that is killed outright. */
function stopWithThisProcess(emulator: ChildProcess): void {
  if (running.size === 0) {
    process.on("exit", killRunning);
    for (const signal of endingSignals) process.on(signal, endBy);
  }
  running.add(emulator);
  emulator.once("exit", () => {
    running.delete(emulator);
    if (running.size > 0) return;
    process.off("exit", killRunning);
    for (const signal of endingSignals) process.off(signal, endBy);
  });
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function killRunning(): void {
  for (const emulator of running) emulator.kill("SIGKILL");
}

/** Ends this process by the signal as if nobody had listened; who else listens has the last word. */
function endBy(signal: NodeJS.Signals): void {
  killRunning();
  process.off(signal, endBy);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
