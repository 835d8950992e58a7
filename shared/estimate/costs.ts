import type { Assumptions } from "./assumptions.ts";
import { type Calls, noCalls } from "./calls.ts";

/** What is paid for. */
export interface Usage {
  readonly requests: number;
  readonly vCpuSeconds: number;
  readonly gibSeconds: number;
  /** Calls, and granules that are named in messages. */
  readonly calls: Calls;
  readonly granules: number;
}

/** What is kept over a month, in bytes. */
export interface KeptOpen {
  readonly stored: number;
  readonly softDeleted: number;
  readonly inLedger: number;
}

/** US dollars by what they are paid for. */
export type Dollars = Readonly<Record<string, number>>;

export function totalOf(dollars: Dollars): number {
  return Object.values(dollars).reduce((sum, line) => sum + line, 0);
}

/** The same so many times. */
export function usageTimes(times: number, { calls, ...usage }: Usage): Usage {
  const multiplied = Object.keys(noCalls).map((name) => [name, times * calls[name as keyof Calls]]);
  return {
    requests: times * usage.requests,
    vCpuSeconds: times * usage.vCpuSeconds,
    gibSeconds: times * usage.gibSeconds,
    calls: Object.fromEntries(multiplied),
    granules: times * usage.granules,
  };
}

/** What work costs, by list prices before free tiers. */
export function workDollars(usage: Usage, { prices, queue }: Assumptions): Dollars {
  const { requests, vCpuSeconds, gibSeconds, calls, granules } = usage;
  const millions = (count: number, price: number) => (count / 1e6) * price;
  // Each message is paid for when it goes in and when it comes out.
  const messageBytes = 2 * (calls.messages * queue.messageBytes + granules * queue.granuleBytes);
  return {
    requests: millions(requests, prices.perMillionRequests),
    compute: millions(vCpuSeconds, prices.perMillionVCpuSeconds),
    memory: millions(gibSeconds, prices.perMillionGibSeconds),
    "storage puts": millions(calls.storePuts, prices.perMillionPuts),
    "storage gets": millions(calls.storeReads, prices.perMillionReads),
    "ledger reads": millions(calls.ledgerReads, prices.perMillionLedgerReads),
    "ledger writes": millions(calls.ledgerWrites, prices.perMillionLedgerWrites),
    messages: (messageBytes / 2 ** 40) * prices.perMessageTib,
  };
}

/** What a month's keeping costs, and what costs the same whatever is kept. The ledger is kept twice, for recovery. */
export function keepingDollars(
  { stored, softDeleted, inLedger }: KeptOpen,
  { prices }: Assumptions,
): Dollars {
  return {
    "storage bytes": (stored / 1e9) * prices.perStoredGbMonth,
    "soft delete": (softDeleted / 1e9) * prices.perStoredGbMonth,
    "ledger bytes": ((2 * inLedger) / 1e9) * prices.perLedgerGbMonth,
    "schedule, secret, alarms, logs, images": prices.fixedPerMonth,
  };
}
