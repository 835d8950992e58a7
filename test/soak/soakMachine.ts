import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilesystemStore } from "../../shared/store/filesystem/filesystemStore.ts";
import type { StartSoak } from "./soakLive.ts";

const workersMax = 3;

/** Processes that work on one directory; one that was killed is followed by another. */
export const startSoakMachine: StartSoak = async (source, began) => {
  const directory = await mkdtemp(join(tmpdir(), "accrete-soak-"));
  const running = new Set<ChildProcess>();
  const killed = new WeakSet<ChildProcess>();
  const faults: string[] = [];

  function start(): void {
    const script = join(import.meta.dirname, "soakWorker.ts");
    const child = spawn(process.execPath, [script, directory, source, String(began)], {
      // It ends when its standard input does: with this process, however that ends.
      stdio: ["pipe", "ignore", "inherit"],
    });
    running.add(child);
    child.once("exit", (code, signal) => {
      running.delete(child);
      if (!killed.has(child)) faults.push(`a worker ended by itself, with ${signal ?? code}`);
    });
  }

  return {
    store: createFilesystemStore(directory, () => "unused"),
    keepUp() {
      while (running.size < workersMax) start();
    },
    async killOne(random) {
      const child = [...running][Math.floor(running.size * random())];
      if (!child) return false;
      killed.add(child);
      return child.kill("SIGKILL");
    },
    faults: () => faults,
    async close() {
      const left = [...running];
      const ended = Promise.all(left.map((child) => once(child, "exit")));
      for (const child of left) {
        killed.add(child);
        child.kill("SIGKILL");
      }
      await ended;
      await rm(directory, { recursive: true });
    },
  };
};
