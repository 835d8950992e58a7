/** HRRR: many files an hour in one place of Cloud Storage, anonymous, and the same in S3. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";
import { startS3Server } from "../../support/s3Server.ts";
import { startStorageServer } from "../../support/storageServer.ts";

const bucket = "high-resolution-rapid-refresh";
const key = (hour: number, lead = "00") =>
  `hrrr.20261130/conus/hrrr.t${String(hour).padStart(2, "0")}z.wrfsfcf${lead}.grib2`;

test("HRRR: analyses among forecasts and indexes, from Cloud Storage, and from S3 what lacks there", async (t) => {
  const storage = await startStorageServer({ buckets: [bucket], now: () => Date.UTC(2026, 10, 30, 1) });
  for (const hour of [0, 1, 3])
    for (const lead of ["00", "01", "02"]) {
      storage.put(bucket, key(hour, lead), granuleOf(lead === "00" ? hour : 99));
      storage.put(bucket, `${key(hour, lead)}.idx`, granuleOf(98));
    }
  const s3 = await startS3Server({
    bucket: "noaa-hrrr-bdp-pds",
    objects: { [key(2)]: { bytes: granuleOf(2), modifiedAt: Date.UTC(2026, 10, 30, 3), etag: "abc-7" } },
  });
  t.after(() => Promise.all([storage.close(), s3.close()]));
  const candidates = [{ path: "hrrr.{YYYYMMDD}/conus/hrrr.t{HH}z.wrfsfcf00.grib2" }];
  const world = providerWorld({
    start: "2026-11-30T00:00:00Z",
    step: "PT1H",
    source: {
      url: `gs://${bucket}?endpoint=${storage.url}`,
      candidates,
      further: [{ name: "s3", url: `s3://noaa-hrrr-bdp-pds?endpoint=${s3.url}`, candidates }],
    },
    updates: { revisionWindow: "PT2H" },
  });
  await world.run("2026-11-30T03:50:00Z");
  assert.deepEqual(await world.values(), [0, 1, 2, 3]);
  assert.deepEqual((await world.paths())[2], `s3:${key(2)}`);
  const lists = storage.count("list");
  const wiring = await world.run("2026-11-30T03:55:00Z");
  assert.deepEqual(
    wiring.sent.filter(({ topic }) => topic === "extend"),
    [],
  );
  assert.equal(storage.count("list") - lists, 1, "one list of what is looked for, from its first name on");
});
