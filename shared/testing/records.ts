import type { ChunkRecord, DatasetRecord, StepRecord } from "../ledger/records.ts";

/** A dataset's record with nothing at its default. */
export const fullDataset: DatasetRecord = {
  identity: "0123456789abcdef0123456789abcdef",
  length: 57_960,
  commitSeq: 1449,
  committedAt: 1_396_386_000_123,
  lease: { holder: 'host/1/"é"', expiresAt: 1_396_386_060_000 },
  planLease: { holder: "plan", expiresAt: 1_396_386_600_000 },
  dirty: true,
};

export const ingested: StepRecord = {
  status: "present",
  granule: {
    path: "3B42RT/2014/04/3B42RT.2014040121.7.bin.gz",
    sizeBytes: 2_345_678,
    version: "Apr 02  2014",
    modifiedAt: null,
    crc32c: "00c0ffee",
    ingestedAt: 1_396_400_000_000,
    revision: 3,
  },
  failed: null,
};
const broken: StepRecord = {
  status: "corrupt",
  granule: null,
  failed: {
    granule: { path: "x.bin", sizeBytes: 0, version: "", modifiedAt: 1_396_390_000_000 },
    fault: "checksum",
    reason: "the CRC of the file is not the one in its trailer: d'oh — 42 \u{1f327}",
    attempts: 7,
    nextTryAt: 1_396_500_000_000,
  },
};
export const fullChunk: ChunkRecord = {
  chunk: 12,
  lease: { holder: "host/2/b", expiresAt: 1 },
  generations: { "precipitation/12.0.0": "1396386000123-42", "source/12.0.0": "7" },
  uncommitted: true,
  nextTryAt: 1_396_500_000_000,
  steps: {
    "0": ingested,
    "7": broken,
    "39": { ...ingested, failed: { ...broken.failed, granule: null } as StepRecord["failed"] },
  },
};
