/**
 * `npm run soak -- [--minutes M] [--schedules N] [--seed S] [--cloud]`: the whole thing for minutes, under a provider that publishes
 * late, broken and again, while workers are killed and a reader polls; then many more schedules than the tests play. On this
 * machine by processes on a directory; with `--cloud` by the functions on emulators. Ends with 1 if a promise was broken.
 */
import { parseArgs } from "node:util";
import { playInProcesses } from "../promises/schedules/players.ts";
import { soakLive } from "./soakLive.ts";
import { startSoakMachine } from "./soakMachine.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    schedules: { type: "string", default: "50000" },
    cloud: { type: "boolean", default: false },
    seed: { type: "string", default: String(Math.floor(Date.now() / 1000)) },
  },
});
const [minutes, schedules, seed] = [values.minutes, values.schedules, values.seed].map(Number) as [
  number,
  number,
  number,
];
if (![minutes, schedules, seed].every((number) => Number.isFinite(number) && number >= 0)) {
  process.stderr.write("soak: --minutes, --schedules and --seed are numbers from 0\n");
  process.exit(2);
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const table = (counts: object) =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");

say(`seed ${seed}`);
if (minutes > 0) {
  const start = values.cloud ? (await import("./soakCloud.ts")).startSoakCloud : startSoakMachine;
  const { violations, ...counts } = await soakLive({ start, minutes, seed, say });
  say(`live: ${table({ ...counts, violations: violations.length })}`);
  for (const violation of violations) say(`  ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}
if (schedules > 0) {
  try {
    say(`schedules: ${schedules}, ${table(await playInProcesses(schedules, seed))}, 0 violations`);
  } catch (error) {
    say(`schedules: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
