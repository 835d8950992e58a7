import assert from "node:assert/strict";
import { test } from "node:test";
import { retryAfterMs } from "../../../../../shared/source/http/core/retryAfter.ts";

const now = Date.UTC(2026, 11, 1);

for (const [header, ms] of [
  ["0", 0],
  [" 120 ", 120_000],
  ["Tue, 01 Dec 2026 00:02:00 GMT", 120_000],
  ["Tuesday, 01-Dec-26 00:02:00 GMT", 120_000],
  ["Tue Dec  1 00:02:00 2026", 120_000],
  ["Mon, 30 Nov 2026 00:00:00 GMT", 0],
  [undefined, undefined],
  ["", undefined],
  ["soon", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  ["2026-12-01", undefined],
  ["Someday, soon 7", undefined],
  ["Tue, 01 Dec 2026", undefined],
] as const)
  test(`Retry-After: ${header}`, () => assert.equal(retryAfterMs(header, now), ms));
