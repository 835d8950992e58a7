/**
 * What an estimate assumes: latencies in one region, a provider, one vCPU, what fails, and list prices in US dollars. Rates
 * are in bytes a second, shares from 0 to 1; a MB is 10⁶ bytes, a MiB 2²⁰, a GB 10⁹, a GiB 2³⁰.
 */
export const assumptions = {
  // The seconds of terraform/README.md were measured with 40 ms added to each call of the store.
  store: { readMs: 40, putMs: 60, bytesPerSecond: 100e6 },
  ledger: { readMs: 15, writeMs: 25 },
  // From a message's publication to its function; bytes of a message, and of each granule that it names.
  queue: { publishMs: 30, deliveryMs: 100, messageBytes: 1024, granuleBytes: 160 },
  // In all, and on one connection. Over FTP a granule takes three round trips of 40 ms: PASV, RETR, and the answer at its end. From an
  // HTTP server or a bucket it is one request, answered as S3 says of itself after 100 to 200 ms:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html. A listing is a directory's, or a bucket's page of names.
  provider: {
    bytesPerSecond: 10e6,
    connectionBytesPerSecond: 2.5e6,
    granuleMs: 120,
    requestMs: 150,
    listMs: 500,
    namesPerPage: 1000,
  },
  // 3B42RT took 1.1, 0.3, 1.9 and 1.1 ms of CPU time a MB of values on the machine of `npm run bench`; a vCPU is slower.
  // Restoring is reading a stored chunk again.
  compute: { inflateMsPerMb: 1.7, fieldsMsPerMb: 0.5, encodeMsPerMb: 3, restoreMsPerMb: 1.7 },
  // A worker has one batch, and needs `processMib` (3B42RT took some 250 MiB in all), the chunk's objects as they are and as
  // they are made, granules up to `aheadMib`, `granulesInMemory` inflated ones and two timesteps of values: at most
  // `usableShare` of a size that terraform offers. A plan sends nothing after three quarters of its 540 s less 30 s.
  instance: {
    coldStartMs: 1500,
    processMib: 190,
    aheadMib: 64,
    granulesInMemory: 3,
    usableShare: 0.8,
    extendGibs: [0.5, 1, 2, 4],
    planGib: 0.5,
    planLateMs: 382_500,
  },
  // Shares of calls, transfers and granules; what a repeated call or transfer loses.
  failures: { store: 0.0001, ledger: 0.0001, transfer: 0.001, granule: 0.0005, againMs: 1000 },
  // 3B42RT: chunks of 15.6 MB from 40 granules of 400 KB; records of 10 KB.
  sizes: { storedPerGranuleByte: 0.975, ledgerBytesPerStep: 250 },
  operation: { ticksPerHour: 1, softDeleteDays: 7 },
  // As of 2026, before free tiers, in europe-west1, Firestore in eur3: those of "What it costs" in terraform/README.md.
  // `fixedPerMonth`: schedule, secret, alarms, logs and images of one dataset.
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

export type Assumptions = typeof assumptions;
