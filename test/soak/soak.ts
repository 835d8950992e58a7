/**
 * `npm run soak -- [--minutes M] [--schedules N] [--seed S] [--cloud]`: the whole thing for minutes, under a provider that publishes
 * late, broken and again, while workers are killed and a reader polls; then many more schedules than the tests play. On this
 * machine by processes on a directory; with `--cloud` by the functions on emulators. Ends with 1 if a promise was broken.
 */
import { parseArgs } from "node:util";
import { playInProcesses } from "../promises/schedules/players.ts";
import { soakLive } from "./soakLive.ts";
import { startSoakMachine } from "./soakMachine.ts";

const { minutes, schedules, seed, isCloud } = readArguments();

interface Arguments {
  readonly minutes: number;
  readonly schedules: number;
  readonly seed: number;
  readonly isCloud: boolean;
}

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: "5" },
        schedules: { type: "string", default: "50000" },
        cloud: { type: "boolean", default: false },
        seed: { type: "string", default: String(Math.floor(Date.now() / 1000)) },
      },
    });
    const read = (text: string, form: RegExp) => {
      if (!form.test(text)) throw new Error("no such number");
      return Number(text);
    };
    const whole = /^\d{1,10}$/;
    return {
      minutes: read(values.minutes, /^\d{1,4}(\.\d+)?$/),
      schedules: read(values.schedules, whole),
      seed: read(values.seed, whole),
      isCloud: values.cloud,
    };
  } catch {
    process.stderr.write(
      "soak: [--minutes M] [--schedules N] [--seed S] [--cloud], with whole N and S from 0, M from 0\n",
    );
    process.exit(2);
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const table = (counts: object) =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");

say(`seed ${seed}`);
if (minutes > 0) {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      stop.abort();
      process.exitCode = 130;
    });
  }
  const start = isCloud ? (await import("./soakCloud.ts")).startSoakCloud : startSoakMachine;
  const soaked = await soakLive({ start, minutes, seed, say, signal: stop.signal }).catch(
    (error: unknown) => {
      if (!stop.signal.aborted) throw error;
      process.exit();
    },
  );
  const { violations, ...counts } = soaked;
  say(`live: ${table({ ...counts, violations: violations.length })}`);
  for (const violation of violations) say(`  ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}
if (schedules > 0) {
  try {
    say(`schedules: ${schedules}, ${table(await playInProcesses(schedules, seed))}, 0 violations`);
    const injured = Math.ceil(schedules / 50);
    const played = await playInProcesses(injured, seed, "injured");
    say(`schedules with injuries: ${injured}, ${table(played)}, 0 violations`);
  } catch (error) {
    say(`schedules: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
