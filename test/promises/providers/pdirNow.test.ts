/** PDIR-Now: the same files on an HTTPS and on an FTP server, which one descriptor knows both of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startFtpServer } from "../../support/ftpServer.ts";
import { startIndexServer } from "../../support/indexServer.ts";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";

const path = (hour: number) => `2026/pdirnow1h2611300${hour}.bin.gz`;
const file = (value: number) => ({ bytes: granuleOf(value), modifiedAt: Date.UTC(2026, 10, 30, value) });

test("PDIR-Now: what the web server lacks is fetched by FTP, and all of it where the web server is dead", async (t) => {
  const files = (hours: readonly number[], of = "") =>
    Object.fromEntries(hours.map((hour) => [of + path(hour), file(hour)]));
  const web = await startIndexServer({ kind: "nginx", files: files([0, 2]) });
  const ftp = await startFtpServer({ files: files([0, 1, 2, 3], "CHRSdata/PDIRNow/PDIRNow1hourly/") });
  t.after(() => ftp.close());
  const candidates = [{ path: "{YYYY}/pdirnow1h{YY}{MM}{DD}{HH}.bin.gz" }];
  const world = providerWorld({
    start: "2026-11-30T00:00:00Z",
    step: "PT1H",
    source: {
      url: web.base,
      candidates,
      further: [{ name: "ftp", url: `${ftp.url}CHRSdata/PDIRNow/PDIRNow1hourly`, candidates }],
    },
    updates: { revisionWindow: "PT3H" },
  });
  await world.run("2026-11-30T02:30:00Z");
  assert.deepEqual(await world.values(), [0, 1, 2]);
  assert.deepEqual(await world.paths(), [path(0), `ftp:${path(1)}`, path(2)]);

  await web.close();
  const wiring = await world.run("2026-11-30T03:30:00Z");
  assert.deepEqual(await world.values(), [0, 1, 2, 3], "what came from the dead server stands");
  const [warned] = wiring.events.filter(({ event }) => event === "unmatched");
  assert.match(JSON.stringify(warned), /ECONNREFUSED/);
});
