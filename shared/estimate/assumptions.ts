/**
 * What an estimate takes for granted, in one place: latencies of a region in which everything lies, a provider, one
 * vCPU, what fails, and list prices. Times are in milliseconds, rates in bytes a second, shares from 0 to 1; a MB is
 * 10⁶ bytes, a MiB 2²⁰, a GB 10⁹, a GiB 2³⁰.
 */
export interface Assumptions {
  /** Calls to the bucket from its own region, and what one instance carries. */
  readonly store: { readonly readMs: number; readonly putMs: number; readonly bytesPerSecond: number };
  /**
   * Calls to the ledger, and how many writes it takes: `writesPerSecond` at first, and `growth` times as many after
   * each `growthEveryMs` (Firestore's "500/50/5": 500 a second to a new collection, half as many again every five
   * minutes).
   */
  readonly ledger: {
    readonly readMs: number;
    readonly writeMs: number;
    readonly writesPerSecond: number;
    readonly growth: number;
    readonly growthEveryMs: number;
  };
  /** From a message's publication to its function; bytes of a message, and of each granule that it names. */
  readonly queue: {
    readonly publishMs: number;
    readonly deliveryMs: number;
    readonly messageBytes: number;
    readonly granuleBytes: number;
  };
  /**
   * What the provider sends to everybody together, and on one connection; round trips of a granule and of a listing.
   */
  readonly provider: {
    readonly bytesPerSecond: number;
    readonly connectionBytesPerSecond: number;
    readonly granuleMs: number;
    readonly listMs: number;
  };
  /**
   * Of one vCPU, for each MB of values: inflating, taking fields out, compressing a chunk, and reading a stored one.
   */
  readonly compute: {
    readonly inflateMsPerMb: number;
    readonly fieldsMsPerMb: number;
    readonly encodeMsPerMb: number;
    readonly restoreMsPerMb: number;
  };
  /**
   * An instance has one vCPU and works on one batch. A worker needs `processMib`, the chunk's objects as they stand and
   * as they are made, the batch's granules up to `aheadMib`, `granulesInMemory` that are inflated, and two timesteps of
   * values: at most `usableShare` of a size that terraform offers. A plan begins nothing after `planLateMs` and asks for a continuation.
   */
  readonly instance: {
    readonly coldStartMs: number;
    readonly processMib: number;
    readonly aheadMib: number;
    readonly granulesInMemory: number;
    readonly usableShare: number;
    readonly extendGibs: readonly number[];
    readonly planGib: number;
    readonly planLateMs: number;
  };
  /** The share of calls, transfers and granules that fail; what a call or a transfer that is made again loses. */
  readonly failures: {
    readonly store: number;
    readonly ledger: number;
    readonly transfer: number;
    readonly granule: number;
    readonly againMs: number;
  };
  /** Bytes that a timestep takes in the bucket for each byte of its granule, and in the ledger. */
  readonly sizes: { readonly storedPerGranuleByte: number; readonly ledgerBytesPerStep: number };
  /** How often the schedule plans, and how long the bucket keeps what was replaced. */
  readonly operation: { readonly ticksPerHour: number; readonly softDeleteDays: number };
  readonly prices: Prices;
}

/** US dollars. */
export interface Prices {
  readonly perMillionRequests: number;
  readonly perMillionVCpuSeconds: number;
  readonly perMillionGibSeconds: number;
  readonly perMillionPuts: number;
  readonly perMillionReads: number;
  readonly perMillionLedgerReads: number;
  readonly perMillionLedgerWrites: number;
  readonly perMessageTib: number;
  readonly perStoredGbMonth: number;
  readonly perLedgerGbMonth: number;
  /** Schedule, secret, alarms, logs and images of one dataset, a month. */
  readonly fixedPerMonth: number;
}

export const assumptions: Assumptions = {
  // The seconds of terraform/README.md were measured with 40 ms added to each call of the store.
  store: { readMs: 40, putMs: 60, bytesPerSecond: 100e6 },
  ledger: { readMs: 15, writeMs: 25, writesPerSecond: 500, growth: 1.5, growthEveryMs: 300_000 },
  queue: { publishMs: 30, deliveryMs: 100, messageBytes: 1024, granuleBytes: 160 },
  // A granule takes three round trips of 40 ms: PASV, RETR, and the answer after the last byte.
  provider: { bytesPerSecond: 10e6, connectionBytesPerSecond: 2.5e6, granuleMs: 120, listMs: 500 },
  // 3B42RT took 1.1, 0.3, 1.9 and 1.1 ms of CPU time a MB on the machine of `npm run bench`; a vCPU is slower.
  compute: { inflateMsPerMb: 1.7, fieldsMsPerMb: 0.5, encodeMsPerMb: 3, restoreMsPerMb: 1.7 },
  instance: {
    coldStartMs: 1500,
    // 3B42RT took some 250 MiB.
    processMib: 190,
    aheadMib: 64,
    granulesInMemory: 3,
    usableShare: 0.8,
    extendGibs: [0.5, 1, 2, 4],
    planGib: 0.5,
    // Three quarters of a timeout of 540 s less 30 s.
    planLateMs: 382_500,
  },
  failures: { store: 0.0001, ledger: 0.0001, transfer: 0.001, granule: 0.0005, againMs: 1000 },
  // 3B42RT: chunks of 15.6 MB from 40 granules of 400 KB; records of 10 KB.
  sizes: { storedPerGranuleByte: 0.975, ledgerBytesPerStep: 250 },
  operation: { ticksPerHour: 1, softDeleteDays: 7 },
  // As of 2026, before free tiers, in europe-west1, Firestore in eur3: those of "What it costs" in terraform/README.md.
  prices: {
    perMillionRequests: 0.4,
    perMillionVCpuSeconds: 24,
    perMillionGibSeconds: 2.5,
    perMillionPuts: 5,
    perMillionReads: 0.4,
    perMillionLedgerReads: 0.6,
    perMillionLedgerWrites: 1.8,
    perMessageTib: 40,
    perStoredGbMonth: 0.02,
    perLedgerGbMonth: 0.18,
    fixedPerMonth: 0.86,
  },
};
