// npm run bench [-- --json] [--runs N] [--only NAME…]: what things cost beside the least that a machine needs for them.
// Measurement and floor take turns, each in a process of its own; figures are medians, the ratio is that of the pairs.
// A name stands for every row that begins with it.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { explain } from "../../functions/cli/terminal/exit.ts";
import { reasonOf, UsageError } from "../../shared/errors.ts";
import { type Measured, measure, median, prepare } from "./measured.ts";
import { type Row, rowsIn } from "./rows.ts";

interface Figures {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  readonly floorSeconds: number;
  readonly ratio: number;
  readonly cpuSeconds: number;
  readonly floorCpuSeconds: number;
  readonly peakRssMb: number;
  readonly floorPeakRssMb: number;
  /** Of the last run. */
  readonly counts: Measured["counts"];
}

const place = await mkdtemp(join(tmpdir(), "accrete-bench-"));
try {
  await bench(readArguments(), rowsIn(place));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.exitCode = explain(error);
} finally {
  await rm(place, { recursive: true });
}

interface Typed {
  readonly json: boolean;
  readonly runs: number;
  readonly wanted: readonly string[];
}

function readArguments(): Typed {
  const { values, positionals } = parsed();
  const runs = Number(values.runs);
  if (!(Number.isInteger(runs) && runs >= 1))
    throw new UsageError([`--runs "${values.runs}" is not a whole number from 1`]);
  return { json: values.json, runs, wanted: [...values.only, ...positionals] };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        json: { type: "boolean", default: false },
        runs: { type: "string", default: "5" },
        only: { type: "string", multiple: true, default: [] },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError([`${reasonOf(error)}; npm run bench -- [--json] [--runs N] [--only NAME…]`]);
  }
}

async function bench({ json, runs, wanted }: Typed, all: readonly Row[]): Promise<void> {
  const rows = all.filter(
    ({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
  );
  if (rows.length === 0) {
    const names = all.map(({ name }) => name).join(", ");
    throw new UsageError([`no row begins with ${wanted.join(" or ")}; there are: ${names}`]);
  }
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model };
  if (json) {
    const figures: Figures[] = [];
    for await (const figured of figuresOf(rows, runs)) figures.push(figured);
    say(JSON.stringify({ date: new Date().toISOString(), ...machine, runs, rows: figures }, null, 2));
  } else {
    say(`Medians of ${runs} turns; ${machine.cores} cores (${machine.cpu}), Node ${machine.node}`);
    say(lineOf(["", "seconds", "floor s", "ratio", "CPU s", "peak RSS"]));
    for await (const figured of figuresOf(rows, runs)) show(figured);
  }
}

async function* figuresOf(rows: readonly Row[], runs: number): AsyncGenerator<Figures> {
  const prepared = new Set<string>();
  for (const row of rows) {
    if (row.needs !== undefined && !(await isThere(row.needs))) {
      process.stderr.write(
        `${row.name} is left out: it needs ${row.needs} (Debian: apt-get install ${row.needs})\n`,
      );
      continue;
    }
    for (const script of row.prepare) {
      const key = script.join("\n");
      if (!prepared.has(key)) await prepare(script);
      prepared.add(key);
    }
    yield await figure(row, runs);
  }
}

async function isThere(command: string): Promise<boolean> {
  return promisify(execFile)("which", [command]).then(
    () => true,
    () => false,
  );
}

async function figure({ name, what, measured, floor }: Row, runs: number): Promise<Figures> {
  const pairs: { readonly ours: Measured; readonly least: Measured }[] = [];
  for (let turn = 0; turn < runs; turn++) {
    const ours = await measure(measured);
    pairs.push({ ours, least: await measure([...floor, ...(ours.forFloor ?? [])]) });
  }
  const middle = (of: (pair: (typeof pairs)[number]) => number | undefined) =>
    median(pairs.map((pair) => of(pair) ?? Number.NaN));
  return {
    name,
    what,
    seconds: middle(({ ours }) => ours.seconds),
    floorSeconds: middle(({ least }) => least.seconds),
    ratio: middle(({ ours, least }) => ours.seconds / least.seconds),
    cpuSeconds: middle(({ ours }) => ours.cpuSeconds),
    floorCpuSeconds: middle(({ least }) => least.cpuSeconds),
    peakRssMb: middle(({ ours }) => ours.peakRssMb),
    floorPeakRssMb: middle(({ least }) => least.peakRssMb),
    counts: pairs.at(-1)?.ours.counts,
  };
}

function show({ name, what, seconds, floorSeconds, ratio, cpuSeconds, peakRssMb, counts }: Figures): void {
  const figures = [seconds, floorSeconds, ratio, cpuSeconds].map((figure) => figure.toFixed(2));
  say(lineOf([name, ...figures, `${peakRssMb.toFixed(0)} MB`]));
  const counted = Object.entries(counts ?? {}).map(([of, count]) => `${count} ${of}`);
  say(`  ${[what, counted.join(", ")].filter((text) => text !== "").join("\n  ")}`);
}

function lineOf([name = "", ...cells]: readonly string[]): string {
  return [name.padEnd(18), ...cells.map((cell) => cell.padStart(9))].join(" ");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
