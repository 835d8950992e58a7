import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const incrementer = fileURLToPath(new URL("incrementer.ts", import.meta.url));

/** What a process counts in: see `incrementer.ts`. */
export type Counter = readonly [what: "store" | "ledger", place: string, name: string];

function start(counter: Counter, times: number): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, [incrementer, ...counter, String(times)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return child as ChildProcess & { stdout: NodeJS.ReadableStream };
}

/** Lets `processes` processes count to `times` each, all at once. Throws if one of them fails. */
export async function countTogether(counter: Counter, processes: number, times: number): Promise<void> {
  const children = Array.from({ length: processes }, () => start(counter, times));
  const exits = await Promise.all(
    children.map(async (child) => {
      child.stdout.resume();
      return (await once(child, "close"))[0] as number | null;
    }),
  );
  if (exits.some((code) => code !== 0)) throw new Error(`counting processes exited with ${exits}`);
}

/** Lets a process count without end and kills it outright once it has said `lines` times that it did; returns how often it said so. */
export async function countUntilKilled(counter: Counter, lines: number): Promise<number> {
  const child = start(counter, Number.POSITIVE_INFINITY);
  const closed = once(child, "close");
  let said = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    if (++said === lines) child.kill("SIGKILL");
  }
  await closed;
  if (child.signalCode !== "SIGKILL")
    throw new Error(`the counting process ended by itself: ${child.exitCode}`);
  return said;
}
