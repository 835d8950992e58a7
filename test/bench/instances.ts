import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundleFunctions } from "../../functions/build/bundle.ts";
import { descriptorPaths, shippedDirectory } from "../../functions/runtime/datasets/datasets.ts";
import { freePort } from "../support/freePort.ts";
import { patienceMs } from "../support/patience.ts";

export type Environment = Readonly<Record<string, string>>;

/** Milliseconds from the spawn, but for the processor's time. */
export interface FirstAnswer {
  readonly serving: number;
  readonly answered: number;
  /** Of all threads till the answer; as exact as the kernel's ticks of 10 ms. */
  readonly cpu: number;
  readonly peakRssMb: number;
}

export const project = resolve(import.meta.dirname, "../..");
const framework = join(project, "node_modules/@google-cloud/functions-framework/build/src/main.js");
const tickMs = 10;

/** Modules that register `status`, in an empty folder: what is deployed, and a function that does nothing. */
export async function layOutFunctions(
  root: string,
): Promise<{ readonly bundle: string; readonly alone: string }> {
  await symlink(join(project, "node_modules"), join(root, "node_modules"));
  await writeFile(join(root, "package.json"), JSON.stringify({ type: "module" }));
  const alone = join(root, "alone.js");
  const answering = `http("status", (_, response) => void response.json({}));`;
  await writeFile(alone, `import { http } from "@google-cloud/functions-framework";\n${answering}\n`);
  await mkdir(join(root, "bundle"));
  const datasets = await descriptorPaths(shippedDirectory);
  for (const [path, bytes] of await bundleFunctions(datasets.map((one) => ({ ...one, json: undefined }))))
    await writeFile(join(root, "bundle", path), bytes);
  return { bundle: join(root, "bundle/index.js"), alone };
}

/** Starts an instance of `status`, asks it once and ends it. */
export async function firstAnswer(
  entry: string,
  environment: Environment,
  path: string,
  ending: "SIGTERM" | "SIGKILL",
): Promise<FirstAnswer> {
  const port = await freePort();
  const signal = AbortSignal.timeout(patienceMs);
  const began = performance.now();
  const instance = spawn(
    process.execPath,
    [framework, `--source=${entry}`, "--target=status", `--port=${port}`],
    { env: environment, stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    await once(instance.stdout, "data", { signal });
    instance.stdout.resume();
    const serving = performance.now() - began;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal });
    const text = await answer.text();
    const answered = performance.now() - began;
    if (answer.status >= 500 || text.includes("unreadable")) throw new Error(`${entry}: ${text}`);
    return { serving, answered, cpu: await cpuMs(instance), peakRssMb: await peakRssMbOf(instance) };
  } finally {
    const ended = once(instance, "exit");
    instance.kill(ending);
    await ended;
  }
}

/** Format: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 and 15. Elsewhere than on Linux, NaN. */
async function cpuMs({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) * tickMs;
}

/** Format: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html. Elsewhere than on Linux, NaN. */
async function peakRssMbOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

if (import.meta.main) {
  const [directory = ""] = process.argv.slice(2);
  await mkdir(directory, { recursive: true });
  await layOutFunctions(directory);
}
