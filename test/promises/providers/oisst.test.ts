/** OISST: an Apache index, a preliminary file that changes in place, and a final one of another name after it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startIndexServer } from "../../support/indexServer.ts";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";

const path = (day: string, suffix = "") => `${day.slice(0, 6)}/oisst-avhrr-v02r01.${day}${suffix}.nc`;
const file = (value: number, modifiedAt: number) => ({ bytes: granuleOf(value), modifiedAt });

test("OISST: a preliminary day is ingested, anew where it changed, and once more when it is final", async (t) => {
  const server = await startIndexServer({
    kind: "apacheFancy",
    files: {
      [path("20261130")]: file(30, Date.UTC(2026, 11, 15)),
      [path("20261201", "_preliminary")]: file(1, Date.UTC(2026, 11, 2, 9)),
      [path("20261202", "_preliminary")]: file(2, Date.UTC(2026, 11, 3, 9)),
      "202612/oisst-avhrr-v02r01.20261202_preliminary.nc.md5": file(0, 0),
    },
  });
  t.after(() => server.close());
  const world = providerWorld({
    start: "2026-11-30T00:00:00Z",
    step: "P1D",
    source: {
      url: server.base,
      candidates: [
        { path: "{YYYYMM}/oisst-avhrr-v02r01.{YYYYMMDD}.nc" },
        { path: "{YYYYMM}/oisst-avhrr-v02r01.{YYYYMMDD}_preliminary.nc", stage: "preliminary" },
      ],
    },
    updates: { latency: "P1D", patience: "P30D", revisionWindow: "P30D" },
  });
  await world.run("2026-12-03T12:00:00Z");
  assert.deepEqual((await world.values()).slice(0, 3), [30, 1, 2]);

  server.put(path("20261202", "_preliminary"), file(3, Date.UTC(2026, 11, 4, 9)));
  await world.run("2026-12-04T12:00:00Z");
  assert.deepEqual((await world.values()).slice(0, 3), [30, 1, 3]);

  server.put(path("20261201"), file(11, Date.UTC(2026, 11, 16)));
  await world.run("2026-12-16T12:00:00Z");
  assert.deepEqual((await world.values()).slice(0, 3), [30, 11, 3]);

  // The preliminary file is put anew, and then withdrawn: the final one stands.
  server.put(path("20261201", "_preliminary"), file(12, Date.UTC(2026, 11, 17)));
  await world.run("2026-12-17T12:00:00Z");
  server.remove(path("20261201", "_preliminary"));
  const asked = server.requests.length;
  await world.run("2026-12-17T13:00:00Z");
  assert.deepEqual((await world.values()).slice(0, 3), [30, 11, 3]);
  const told = server.requests.slice(asked).map(({ method, path: at }) => `${method} ${at}`);
  assert.deepEqual(told, ["GET /base/202611/", "GET /base/202612/"], "nothing new: one request a directory");
});
