import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** What one measurement came to. */
export interface Measured {
  readonly seconds: number;
  /** Of all cores together, from the start of its process. */
  readonly cpuSeconds?: number;
  /** The most memory that its process held at once. */
  readonly peakRssMb?: number;
  /** What was counted, by what it is. */
  readonly counts?: Readonly<Record<string, number>>;
  /** What its floor has to be told, so that it does as much. */
  readonly forFloor?: readonly string[];
}

/** A script of this folder and its parameters. */
export type Script = readonly [file: string, ...parameters: string[]];

const run = promisify(execFile);

/** Runs a script that makes what others measure. */
export async function prepare(script: Script): Promise<void> {
  await runScript(script);
}

/**
 * Runs a script in a process of its own, and answers with what it told. Linux counts the memory of whoever starts a
 * process as that process's own: so who calls this must stay small.
 */
export async function measure(script: Script): Promise<Measured> {
  return JSON.parse(await runScript(script)) as Measured;
}

async function runScript([file, ...parameters]: Script): Promise<string> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, file), ...parameters]);
  return stdout;
}

/** The last word of a script that measures. */
export function tell(measured: Measured): void {
  process.stdout.write(JSON.stringify({ ...costOf(process.resourceUsage()), ...measured }));
}

const ask = `process.on("exit", () => console.error(JSON.stringify(process.resourceUsage())))`;
/** An option of Node: the last line that a process writes to its standard error says what it cost. */
export const askForResources = `--import=data:text/javascript,${encodeURIComponent(ask)}`;

/** What a process cost till now. */
export function costOf({ maxRSS, userCPUTime, systemCPUTime }: NodeJS.ResourceUsage) {
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMb: maxRSS / 1024 };
}

/** How long `work` takes, in seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
