// npm run bench: what extending costs, beside what the machine needs at least, measured in the same run.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { formatInstant } from "../../shared/dataset/timeAxis.ts";
import { settledDataset } from "./settledDataset.ts";

const first = "2014-04-01T00:00:00Z";
const steps = 200;
const runs = 5;
const run = promisify(execFile);
const here = import.meta.dirname;

interface Extended {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

say(
  `${steps} granules of 3B42RT over FTP on loopback, 40 timesteps a chunk, ${cpus().length} cores, Node ${process.version};`,
);
say(
  `medians of ${runs} runs, each followed by its floor: gunzip and zstd of the same bytes, on all cores.\n`,
);
const server = spawn(process.execPath, [join(here, "serve.ts"), first, String(steps)], {
  stdio: ["pipe", "pipe", "inherit"],
});
const [announced] = (await once(server.stdout, "data")) as [Buffer];
const url = announced.toString().trim();

say("variant                     steps/s  seconds  floor s  ratio  CPU s  peak RSS");
for (const [variant, label] of [
  ["float32", "(a) precipitation, float32"],
  ["packed", "(b) four fields, packed"],
] as const) {
  const extended: Extended[] = [];
  const floors: number[] = [];
  for (let i = 0; i < runs; i++) {
    extended.push((await measure("extendOnce.ts", variant, url, first, String(steps))) as Extended);
    floors.push(((await measure("floor.ts", variant, first, String(steps))) as { seconds: number }).seconds);
  }
  const [seconds, floor] = [median(extended.map((each) => each.seconds)), median(floors)];
  const ratio = median(extended.map((each, i) => each.seconds / (floors[i] as number)));
  const cells = [
    (steps / seconds).toFixed(0).padStart(7),
    seconds.toFixed(2).padStart(8),
    floor.toFixed(2).padStart(8),
    ratio.toFixed(2).padStart(6),
    median(extended.map((each) => each.cpuSeconds))
      .toFixed(2)
      .padStart(6),
    `${median(extended.map((each) => each.peakRssMb)).toFixed(0)} MB`.padStart(9),
  ];
  say(`${label.padEnd(27)} ${cells.join(" ")}`);
}
server.stdin.end();

say("\nA second `accrete extend` with nothing new, whole process");
for (const count of [1_000, 50_000]) {
  const directory = await mkdtemp(join(tmpdir(), "accrete-bench-"));
  const { provider, last } = await settledDataset({ ACCRETE_STORE: directory }, count);
  const command = [join(here, "../../functions/accrete.ts"), "extend", "trmm-3b42rt", "--store", directory];
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    const { stdout } = await run(process.execPath, [
      ...command,
      "--source",
      provider.url,
      "--now",
      formatInstant(last),
    ]);
    seconds.push((performance.now() - began) / 1000);
    if (!stdout.includes(" 0 timesteps taken in, 0 failed")) throw new Error(stdout);
  }
  say(`${String(count).padStart(7)} timesteps in the ledger: ${median(seconds).toFixed(2)} s`);
  await provider.close();
  await rm(directory, { recursive: true });
}

async function measure(script: string, ...parameters: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [join(here, script), ...parameters]);
  return JSON.parse(stdout);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
