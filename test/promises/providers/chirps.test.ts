/** CHIRPS v3: batches of a pentad, preliminary in one folder and, weeks later, final in another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startIndexServer } from "../../support/indexServer.ts";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";

const path = (stage: "final" | "prelim", day: number) =>
  `daily/${stage}/sat/2026/chirps-v3.0.sat.2026.11.${String(day).padStart(2, "0")}.tif`;
const file = (value: number, day: number) => ({
  bytes: granuleOf(value),
  modifiedAt: Date.UTC(2026, 10, day),
});

test("CHIRPS: a pentad comes at once, and each of its days is replaced when the final month comes", async (t) => {
  const server = await startIndexServer({ kind: "lighttpd", isVersioned: false, files: {} });
  t.after(() => server.close());
  for (let day = 1; day <= 5; day++) server.put(path("prelim", day), file(day, 7));
  const world = providerWorld({
    start: "2026-11-01T00:00:00Z",
    step: "P1D",
    source: {
      url: server.base,
      candidates: [
        { path: "daily/final/sat/{YYYY}/chirps-v3.0.sat.{YYYY}.{MM}.{DD}.tif" },
        { path: "daily/prelim/sat/{YYYY}/chirps-v3.0.sat.{YYYY}.{MM}.{DD}.tif", stage: "preliminary" },
      ],
    },
    updates: { latency: "P7D", patience: "P60D", revisionWindow: "P60D", publish: "settled" },
  });
  await world.run("2026-11-08T00:00:00Z");
  assert.deepEqual(await world.values(), [1, 2, 3, 4, 5]);
  for (let day = 6; day <= 10; day++) server.put(path("prelim", day), file(day, 12));
  await world.run("2026-11-13T00:00:00Z");
  assert.deepEqual(await world.values(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (let day = 1; day <= 10; day++) server.put(path("final", day), file(100 + day, 20));
  await world.run("2026-11-21T00:00:00Z");
  assert.deepEqual(await world.values(), [101, 102, 103, 104, 105, 106, 107, 108, 109, 110]);
  assert.equal((await world.paths())[9], path("final", 10));
});
