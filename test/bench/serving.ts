import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What a provider has of 3B42RT, and how fast it is. */
export interface Served {
  /** The first timestep's instant, ISO 8601 in UTC. */
  readonly first: string;
  readonly steps: number;
  /** Where the granules' files are; without it, each is one byte: enough for who only lists. */
  readonly granules?: string;
  /** Whether the granule of `revisedStep` has been replaced. */
  readonly isRevised?: boolean;
  /** Before the answer to each command. */
  readonly latencyMs?: number;
  /** Of all transfers together. */
  readonly bytesPerSecond?: number;
}

const publishedAfterMs = 9 * 3_600_000;

/** When the granule of an instant was changed, whenever it is served: else it would count as replaced. */
export function modifiedAtOf(time: number): number {
  return time + publishedAfterMs;
}

export interface Provider {
  readonly url: string;
  stop(): void;
}

/** Starts a provider in a process of its own, so that what serving costs is not counted. */
export async function startServing(served: Served): Promise<Provider> {
  const serving = spawn(process.execPath, [join(import.meta.dirname, "serve.ts"), JSON.stringify(served)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [url] = (await once(serving.stdout, "data")) as [Buffer];
  return { url: url.toString().trim(), stop: () => void serving.stdin.end() };
}

/** A provider that serves while something is done with it. */
export async function withServing<Result>(
  served: Served,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const provider = await startServing(served);
  try {
    return await work(provider.url);
  } finally {
    provider.stop();
  }
}
