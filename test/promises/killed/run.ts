/**
 * A process that runs the tiny dataset until all is resolved, on a filesystem store, an SQLite ledger and an FTP provider; or until
 * it kills itself outright at one of its calls, as its only argument, a `KilledRun`, says. It prints `held` when it stops at
 * that call until its input is closed, `waits` when it waits for others and, where they are to be counted, its calls in the end, as JSON.
 */

import { writeSync } from "node:fs";
import { runUntilCurrent } from "../../../functions/runtime/runUntilCurrent.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { type LocalPlace, localWiringOn } from "../../support/directoryWiring.ts";
import { aroundDisk, type DiskCall } from "../../support/diskCalls.ts";
import type { Around, PortCall } from "../../support/memoryWiring.ts";
import { type Call, kindOf } from "./calls.ts";

/**
 * The call of that kind and number, the first being 0. `amid`: a file that is being written has half its bytes. `held`: the
 * process goes no further, but lives, and keeps its leases.
 */
export interface Death extends Call {
  readonly when: "before" | "amid" | "after" | "held";
}

export interface KilledRun extends LocalPlace {
  readonly death?: Death;
  readonly isCounted?: boolean;
}

const { death, isCounted, ...place } = JSON.parse(process.argv[2] ?? "") as KilledRun;
const calls: Call[] = [];
const counts = new Map<string, number>();

/** Whether this is the call at which it ends. */
function isLast(made: PortCall | DiskCall): boolean {
  const kind = kindOf(made);
  const number = counts.get(kind) ?? 0;
  counts.set(kind, number + 1);
  calls.push({ kind, number });
  return death?.kind === kind && death.number === number;
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
}

async function hold(): Promise<never> {
  writeSync(1, "held\n");
  // Keeps this process alive for as long as the one that holds the other end.
  process.stdin.resume().once("close", () => process.exit(1));
  return new Promise<never>(() => {});
}

const around: Around = async (call, perform) => {
  if (!isLast(call)) return perform();
  if (death?.when === "held") return hold();
  if (death?.when === "before") die();
  await perform();
  return die();
};

await aroundDisk((call, { perform, begin }) => {
  if (!isLast(call)) return perform();
  if (death?.when === "before") die();
  const last = death?.when === "amid" ? begin() : perform();
  return last instanceof Promise ? (last.then(die) as typeof last) : die();
});

const wiring = await localWiringOn(place, around);
const { wait } = wiring;
const waiting = {
  ...wiring,
  wait(ms: number, signal: AbortSignal) {
    writeSync(1, "waits\n");
    return wait(ms, signal);
  },
};
await runUntilCurrent(waiting, { force: false }, neverAborted);
await wiring.close();
if (isCounted) writeSync(1, `${JSON.stringify(calls)}\n`);
