import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import pMap from "p-map";
import { childEnvironment } from "../../support/childEnvironment.ts";
import type { Played } from "./playSchedule.ts";

/** Replaces a text in a file of the product's as it is loaded. */
export interface Mutation {
  /** How the file's path ends. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What schedules are of: a store that keeps what it is given, or one whose objects get injured, and doctors. */
export type Kind = "sound" | "injured";

/** Schedules of one process. */
const perProcess = 500;

/** Plays so many schedules in processes of their own, as many at once as there are cores. The same seed plays the same schedules. */
export async function playInProcesses(
  schedules: number,
  seed: number,
  kind: Kind = "sound",
): Promise<Played> {
  const parts = Array.from({ length: Math.ceil(schedules / perProcess) }, (_, part) => part);
  const played = await pMap(
    parts,
    async (part) => {
      const count = Math.min(perProcess, schedules - part * perProcess);
      const { stdout, stderr } = await play(count, seed + part, undefined, kind);
      assert.equal(stderr, "");
      return JSON.parse(stdout) as Played; // nothing, if the process was killed
    },
    { concurrency: availableParallelism() },
  );
  const sum = (key: keyof Played) => played.reduce((total, part) => total + part[key], 0);
  return {
    turns: sum("turns"),
    looks: sum("looks"),
    kills: sum("kills"),
    granules: sum("granules"),
    damage: sum("damage"),
    deletions: sum("deletions"),
  };
}

/** Plays schedules in one process, perhaps with the product changed in one place. */
export function play(count: number, seed: number, mutation?: Mutation, kind: Kind = "sound"): Promise<Said> {
  return run([join(import.meta.dirname, "play.ts"), kind, String(count), String(seed)], mutation);
}

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script in a process of its own, perhaps with the product changed in one place. */
export async function run(script: readonly string[], mutation?: Mutation): Promise<Said> {
  const preload = mutation ? ["--import", join(import.meta.dirname, "mutate.ts")] : [];
  const child = spawn(process.execPath, [...preload, ...script], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...childEnvironment(), ...(mutation && { ACCRETE_MUTATION: JSON.stringify(mutation) }) },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { stdout, stderr };
}
