import type { Assumptions } from "./assumptions.ts";
import type { Calls } from "./calls.ts";

/** What work is paid for by; `granules` are those that are named in messages. */
export interface Usage {
  readonly requests: number;
  readonly vCpuSeconds: number;
  readonly gibSeconds: number;
  readonly calls: Calls;
  readonly granules: number;
}

/** US dollars by what they are paid for. */
export type Dollars = Readonly<Record<string, number>>;

export const totalOf = (dollars: Dollars): number =>
  Object.values(dollars).reduce((sum, line) => sum + line, 0);

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

/** What is kept over a month, in bytes. */
export interface KeptBytes {
  readonly stored: number;
  readonly softDeleted: number;
  readonly inLedger: number;
}

/** What a month's keeping costs, and what costs the same whatever is kept. The ledger is kept twice, for recovery. */
export function keepingDollars(
  { stored, softDeleted, inLedger }: KeptBytes,
  { prices }: Assumptions,
): Dollars {
  return {
    "storage bytes": (stored / 1e9) * prices.perStoredGbMonth,
    "soft delete": (softDeleted / 1e9) * prices.perStoredGbMonth,
    "ledger bytes": ((2 * inLedger) / 1e9) * prices.perLedgerGbMonth,
    "schedule, secret, alarms, logs, images": prices.fixedPerMonth,
  };
}
