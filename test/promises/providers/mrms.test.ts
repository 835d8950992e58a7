/** MRMS: a bucket that is listed, names with the seconds of the scan, and an HTTPS server that keeps the last hours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startIndexServer } from "../../support/indexServer.ts";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";
import { startS3Server } from "../../support/s3Server.ts";

const name = (stamp: string) => `MRMS_PrecipRate_00.00_${stamp}.grib2.gz`;
const key = (stamp: string) => `CONUS/PrecipRate_00.00/${stamp.slice(0, 8)}/${name(stamp)}`;
const file = (value: number, modifiedAt = Date.UTC(2026, 10, 29)) => ({
  bytes: granuleOf(value),
  modifiedAt,
});

test("MRMS: each scan is that of the timestep it is nearest to, also across midnight, from pages of a bucket", async (t) => {
  const server = await startS3Server({
    bucket: "noaa-mrms-pds",
    pageKeysMax: 2,
    objects: {
      [key("20261129-235539")]: file(1),
      [key("20261129-235800")]: file(2),
      [key("20261129-235942")]: file(3),
      [key("20261130-000200")]: file(4),
      [key("20261130-000438")]: file(5),
    },
  });
  const fallback = await startIndexServer({
    kind: "apacheTable",
    files: {
      [`2D/PrecipRate/${name("20261130-000603")}`]: file(6),
      [`2D/PrecipRate/${name("20261130-000200")}`]: file(99),
    },
  });
  t.after(() => Promise.all([server.close(), fallback.close()]));
  const template = "MRMS_PrecipRate_00.00_{start:YYYYMMDD-HHmmss}.grib2.gz";
  const world = providerWorld({
    start: "2026-11-29T23:56:00Z",
    step: "PT2M",
    source: {
      url: `s3://noaa-mrms-pds?region=us-east-1&endpoint=${server.url}`,
      candidates: [{ path: `CONUS/PrecipRate_00.00/{YYYYMMDD}/${template}` }],
      further: [
        {
          name: "ncep",
          url: `${fallback.base}2D/`,
          youngerThan: "PT6H",
          candidates: [{ path: `PrecipRate/${template}` }],
        },
      ],
    },
  });
  await world.run("2026-11-30T00:07:00Z");
  assert.deepEqual(await world.values(), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual((await world.paths()).slice(4), [
    key("20261130-000438"),
    `ncep:PrecipRate/${name("20261130-000603")}`,
  ]);

  // When the bucket has it too, nothing is ingested again.
  server.objects.set(key("20261130-000603"), file(6, Date.UTC(2026, 10, 30)));
  const listed = fallback.requests.length;
  const wiring = await world.run("2026-11-30T00:07:30Z");
  assert.deepEqual(
    wiring.sent.filter(({ topic }) => topic === "extend"),
    [],
  );
  assert.deepEqual(await world.values(), [1, 2, 3, 4, 5, 6]);
  assert.equal(fallback.requests.length - listed, 1, "whether the one that came from there has changed");
});
