/** GOES-19: names with start, end and creation, of which only the hour is known beforehand; a file that is made anew has another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";
import { startS3Server } from "../../support/s3Server.ts";

const key = (hour: string, start: string, created: string) =>
  `ABI-L2-LSTC/2026/334/${hour}/OR_ABI-L2-LSTC-M6_G19_s2026334${start}_e2026334${hour}03545_c2026334${created}.nc`;
const object = (value: number) => ({ bytes: granuleOf(value), modifiedAt: Date.UTC(2026, 10, 30) });

test("GOES: the newest file of each hour, and a newer one in its place", async (t) => {
  const server = await startS3Server({
    bucket: "noaa-goes19",
    objects: {
      [key("00", "0001172", "0010123")]: object(1),
      [key("01", "0101172", "0110123")]: object(2),
      [key("01", "0101172", "0145009")]: object(3),
      [key("02", "0201172", "9910123")]: object(99),
    },
  });
  t.after(() => server.close());
  const world = providerWorld({
    start: "2026-11-30T00:00:00Z",
    step: "PT1H",
    source: {
      url: `s3://noaa-goes19?endpoint=${server.url}`,
      candidates: [
        {
          path: "ABI-L2-LSTC/{YYYY}/{DDD}/{HH}/OR_ABI-L2-LSTC-M6_G19_s{start:YYYYDDDHHmmss}*_e*_c{created:YYYYDDDHHmmss}*.nc",
        },
      ],
    },
  });
  const wiring = await world.run("2026-11-30T02:30:00Z");
  assert.deepEqual((await world.values()).slice(0, 2), [1, 3]);
  const planned = wiring.events.find(({ event }) => event === "planned") as { unreadable?: string };
  assert.equal(planned.unreadable, key("02", "0201172", "9910123"), "what cannot be read is told of");

  server.objects.set(key("00", "0001172", "0230000"), object(4));
  await world.run("2026-11-30T02:40:00Z");
  assert.deepEqual((await world.values()).slice(0, 2), [4, 3]);
  server.objects.delete(key("00", "0001172", "0230000"));
  await world.run("2026-11-30T02:50:00Z");
  assert.deepEqual((await world.values()).slice(0, 2), [4, 3]);
});
