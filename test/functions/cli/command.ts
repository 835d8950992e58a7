import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import type { ServedFile } from "../../../shared/testing/files.ts";
import { type AirHour, airGranule, airHours, airName } from "../../support/airGranules.ts";
import { childEnvironment } from "../../support/childEnvironment.ts";
import type { FileTree } from "../../support/ftpListing.ts";
import { type Granule, granule3b42rt } from "../../support/granules.ts";
import { startTrmmProvider, type TrmmProvider, threeHourly, trmmPath } from "../../support/trmmProvider.ts";

const command = resolve(import.meta.dirname, "../../../functions/cli/accrete.ts");

export interface Finished {
  /** `null` if a signal ended the process. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command at work. */
export interface Running {
  readonly pid: number | undefined;
  readonly finished: Promise<Finished>;
  /** Resolves, with what matches, once the output so far does; rejects if the command ends without it. */
  says(pattern: RegExp, stream?: "stdout" | "stderr"): Promise<RegExpExecArray>;
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
  /** Closes the reading end of its output, as `head` does once it has enough. */
  hangUp(): void;
}

export interface Desk {
  /** Of this test alone, and the directory in which its commands run. */
  readonly directory: string;
  /** Where the commands keep their datasets if nothing else is said. */
  readonly store: string;
  readonly provider: TrmmProvider;
  /** Runs `accrete` with these arguments, separated by blanks if they are in one string. */
  accrete(args: string | readonly string[], environment?: Record<string, string>): Promise<Finished>;
  start(args: string | readonly string[], environment?: Record<string, string>): Running;
}

/**
 * A directory and a provider for one test, in which commands run as a person would run them: as processes of their own,
 * which know nothing of this one's environment. They find the provider by `ACCRETE_SOURCE`.
 */
export async function createDesk(t: TestContext, files: FileTree = {}): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), "accrete-command-"));
  const provider = await startTrmmProvider({ files });
  const running = new Set<Running>();
  t.after(async () => {
    const left = [...running];
    for (const run of left) run.kill("SIGKILL");
    await Promise.all(left.map(({ finished }) => finished));
    await provider.close();
    await rm(directory, { recursive: true, force: true });
  });
  const start: Desk["start"] = (args, environment) => {
    const run = runAccrete(directory, args, { ACCRETE_SOURCE: provider.url, ...environment });
    running.add(run);
    run.finished.finally(() => running.delete(run));
    return run;
  };
  return {
    directory,
    store: join(directory, "data"),
    provider,
    start,
    accrete: (args, environment) => start(args, environment).finished,
  };
}

/** Runs the command in a directory, with no other environment than this. */
export function runAccrete(
  directory: string,
  args: string | readonly string[],
  environment: Record<string, string>,
): Running {
  const typed = typeof args === "string" ? args.split(" ") : args;
  return runScript(command, directory, typed, environment);
}

/** Runs any script that way. A `pipe` as its input is closed once this process has ended, however it did. */
export function runScript(
  script: string,
  directory: string,
  args: readonly string[],
  environment: Record<string, string>,
  input: "ignore" | "pipe" = "ignore",
): Running {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: directory,
    env: { ...childEnvironment(), ...environment },
    stdio: [input, "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  const notify = () => {
    for (const check of [...waiting]) check();
  };
  let isEnded = false;
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      notify();
    });
  }
  const finished = new Promise<Finished>((done, fail) => {
    child.on("error", fail);
    child.on("close", (exitCode) => {
      isEnded = true;
      notify();
      done({ exitCode, ...said });
    });
  });
  return {
    pid: child.pid,
    finished,
    kill: (signal) => child.kill(signal),
    hangUp: () => void child.stdout?.destroy(),
    says(pattern, stream = "stdout") {
      const { promise, resolve: found, reject } = Promise.withResolvers<RegExpExecArray>();
      const check = () => {
        const match = pattern.exec(said[stream]);
        if (!match && !isEnded) return;
        waiting.delete(check);
        if (match) found(match);
        else reject(new Error(`ended without ${pattern}: ${JSON.stringify(said)}`));
      };
      waiting.add(check);
      check();
      return promise;
    },
  };
}

const made = new Map<number, Granule>();

/** The granule of that instant, made once for all tests of a process. */
export function granuleAt(time: number): Granule {
  const known = made.get(time) ?? granule3b42rt({ time, seed: 1 });
  made.set(time, known);
  return known;
}

/** The timesteps from 2014-04-01 on. */
export const timeOf = (index: number) => threeHourly("2014-04-01T00:00:00Z", index + 1)[index] as number;

/** Granules of 3B42RT for those timesteps, each dated 7 hours after its nominal time. */
export function trmmFiles(...indices: number[]): FileTree {
  return Object.fromEntries(
    indices.map((index) => {
      const time = timeOf(index);
      return [trmmPath(time), { bytes: granuleAt(time).gz, modifiedAt: time + 7 * 3_600_000 }];
    }),
  );
}

export const airModifiedAt = Date.UTC(2013, 0, 2);

export const airPath = (hour: AirHour) => `/${airName(hour)}`;

/** The four granules of the air-temperature series. */
export function airFiles(): Readonly<Record<string, ServedFile>> {
  return Object.fromEntries(
    airHours.map((hour) => [airPath(hour), { bytes: airGranule(hour), modifiedAt: airModifiedAt }]),
  );
}
