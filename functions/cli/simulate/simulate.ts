// npm run simulate: how long whole series take in the cloud and what they cost, by chunk length and workers.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type Assumptions, assumptions as usual } from "../../../shared/estimate/assumptions.ts";
import { totalOf } from "../../../shared/estimate/costs.ts";
import { exitCodes, explain } from "../terminal/exit.ts";
import { type Choice, compare, dollarsOf } from "./compare.ts";
import { assumptionLines, scenarioLines } from "./report.ts";
import { scenarios } from "./scenarios.ts";

interface Typed {
  readonly workers?: readonly number[];
  readonly chunkLength?: readonly number[];
  readonly providerMbPerSecond?: number;
  readonly connectionMbPerSecond?: number;
  readonly failureRate?: number;
  readonly json?: true;
}

/** A number that passes; else commander says which option is wrong, and why. */
function number(what: string, isRight: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || !isRight(value)) throw new InvalidArgumentError(`It is not ${what}.`);
    return value;
  };
}

const count = number("a whole number from 1 on", (value) => Number.isInteger(value) && value >= 1);
const rate = number("a number above 0", (value) => value > 0);
const share = number("a share from 0 to 0.5", (value) => value >= 0 && value <= 0.5);
const counts = (text: string) => text.split(",").map(count);

function readCommand(): Typed {
  const program = new Command("simulate")
    .description("Estimates whole series in the cloud, by chunk length and workers, without a network.")
    .option("--workers <counts>", "instances of extend to compare, with commas between", counts)
    .option("--chunk-length <timesteps>", "chunk lengths to compare, with commas between", counts)
    .option("--provider-mb-per-second <rate>", "what the provider sends to all connections", rate)
    .option("--connection-mb-per-second <rate>", "and at most to each", rate)
    .option("--failure-rate <share>", "of calls, transfers and granules", share)
    .option("--json", "as JSON")
    .showHelpAfterError("(--help says what there is)")
    .exitOverride();
  return program.parse().opts<Typed>();
}

function assumptionsOf({ providerMbPerSecond, connectionMbPerSecond, failureRate }: Typed): Assumptions {
  const { provider, failures } = usual;
  const bytesPerSecond = providerMbPerSecond ? providerMbPerSecond * 1e6 : provider.bytesPerSecond;
  const each = connectionMbPerSecond ? connectionMbPerSecond * 1e6 : provider.connectionBytesPerSecond;
  const failing = failureRate !== undefined && {
    store: failureRate,
    ledger: failureRate,
    transfer: failureRate,
    granule: failureRate,
  };
  return {
    ...usual,
    provider: { ...provider, bytesPerSecond, connectionBytesPerSecond: Math.min(each, bytesPerSecond) },
    failures: { ...failures, ...failing },
  };
}

function asJson(choice: Choice): object {
  const { backfill, month, ...chosen } = choice;
  const { dollars, usage, wallMs, ...estimated } = backfill;
  return {
    ...chosen,
    toldMs: wallMs,
    ...estimated,
    vCpuSeconds: usage.vCpuSeconds,
    gibSeconds: usage.gibSeconds,
    dollars,
    dollarsInAll: dollarsOf(choice),
    month,
    monthInAll: totalOf(month),
  };
}

function simulateAll(typed: Typed): void {
  const assumptions = assumptionsOf(typed);
  const wanted = { chunkLengths: typed.chunkLength, workers: typed.workers };
  const compared = scenarios.map((scenario) => ({
    scenario,
    choices: compare(scenario, wanted, assumptions),
  }));
  if (typed.json) {
    const told = compared.map(({ scenario, choices }) => ({
      scenario: scenario.dataset.id,
      choices: choices.map(asJson),
    }));
    process.stdout.write(`${JSON.stringify({ assumptions, scenarios: told }, null, 2)}\n`);
    return;
  }
  const tables = compared.flatMap(({ scenario, choices }) => ["", ...scenarioLines(scenario, choices)]);
  process.stdout.write(`${[...assumptionLines(assumptions), ...tables].join("\n")}\n`);
}

try {
  simulateAll(readCommand());
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  else process.exitCode = explain(error);
}
