/**
 * IMERG Early: PPS for the last days with a user, whose server hangs up on what is not there; then GES DISC with a token, which leads to a
 * signed URL elsewhere and answers a page for what is not published. Names have the minute of the day and the end of the half hour.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reaction } from "../../support/httpReactions.ts";
import { redirect } from "../../support/httpReactions.ts";
import { startHttpServer } from "../../support/httpServer.ts";
import { indexPage } from "../../support/indexPages.ts";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";

const user = "reader@example.org:reader@example.org";
const basic = `Basic ${Buffer.from(user).toString("base64")}`;
const token = "eyJ0eXAi.token";
const archiveName = (stamps: string) => `3B-HHR-E.MS.MRG.3IMERG.20261130-${stamps}.V07C.HDF5`;
const recentName = (stamps: string) => `3B-HHR-E.MS.MRG.3IMERG.20261130-${stamps}.V07C.RT-H5`;
const login: Reaction = {
  kind: "answer",
  status: 200,
  headers: { "content-type": "text/html" },
  body: "<!DOCTYPE html><html><head><title>Earthdata Login</title></head><body></body></html>",
};
const unauthorized: Reaction = { kind: "answer", status: 401, headers: { "www-authenticate": "Basic" } };

test("IMERG: the last days from PPS, the older from GES DISC, each as whom it wants", async (t) => {
  const recent = new Map([
    [recentName("S010000-E012959.0060"), 3],
    [recentName("S013000-E015959.0090"), 4],
  ]);
  const pps = await startHttpServer({
    handler({ path, headers }) {
      if (headers.authorization !== basic) return unauthorized;
      const name = path.slice("/imerg/early/202611/".length);
      const value = recent.get(name);
      if (value !== undefined) return { kind: "answer", status: 200, body: granuleOf(value) };
      if (name !== "") return { kind: "reset" };
      const entries = [...recent.keys()].map((one) => ({
        name: one,
        kind: "file" as const,
        sizeBytes: 12,
        modifiedAt: Date.UTC(2026, 10, 30, 5),
      }));
      const { contentType, text } = indexPage("nginx", path, entries);
      return { kind: "answer", status: 200, headers: { "content-type": contentType }, body: text };
    },
  });
  const archived = new Map([
    [archiveName("S000000-E002959.0000"), 1],
    [archiveName("S003000-E005959.0030"), 2],
  ]);
  const bucket = await startHttpServer({
    handler({ path, query, headers }) {
      // A second authorization beside the signature is refused.
      if (headers.authorization !== undefined) return { kind: "answer", status: 400, body: "<Error/>" };
      const value = archived.get(path.slice(1));
      if (query.get("X-Amz-Signature") !== "signed" || value === undefined)
        return { kind: "answer", status: 403 };
      return { kind: "answer", status: 200, headers: { etag: `"${value}"` }, body: granuleOf(value) };
    },
  });
  const ges = await startHttpServer({
    handler({ path, headers }) {
      if (headers.authorization !== `Bearer ${token}`) return unauthorized;
      const name = path.replace("/data/GPM_L3/GPM_3IMERGHHE.07/2026/334/", "");
      return archived.has(name) ? redirect(`${bucket.url}${name}?X-Amz-Signature=signed`, 303) : login;
    },
  });
  t.after(() => Promise.all([pps.close(), ges.close(), bucket.close()]));
  const world = providerWorld({
    start: "2026-11-30T00:00:00Z",
    step: "PT30M",
    source: {
      url: `${pps.url}imerg/early`,
      auth: { kind: "basic", secret: "pps" },
      youngerThan: "PT5H",
      candidates: [
        { path: "{YYYYMM}/3B-HHR-E.MS.MRG.3IMERG.{YYYYMMDD}-S{HHmmss}-E{last:HHmmss}.{minute}.V07C.RT-H5" },
      ],
      further: [
        {
          name: "gesdisc",
          url: `${ges.url}data/GPM_L3/GPM_3IMERGHHE.07`,
          listing: "none",
          auth: { kind: "bearer", secret: "earthdata" },
          olderThan: "PT3H",
          candidates: [
            {
              path: "{YYYY}/{DDD}/3B-HHR-E.MS.MRG.3IMERG.{YYYYMMDD}-S{HHmmss}-E{last:HHmmss}.{minute}.V07C.HDF5",
            },
          ],
        },
      ],
    },
    updates: { latency: "PT4H", patience: "P2D" },
    environment: { ACCRETE_SECRET_PPS: user, ACCRETE_SECRET_EARTHDATA: `${token}\n` },
  });
  await world.run("2026-11-30T05:45:00Z");
  assert.deepEqual((await world.values()).slice(0, 4), [1, 2, 3, 4]);
  assert.deepEqual((await world.paths()).slice(0, 4), [
    `gesdisc:2026/334/${archiveName("S000000-E002959.0000")}`,
    `gesdisc:2026/334/${archiveName("S003000-E005959.0030")}`,
    `202611/${recentName("S010000-E012959.0060")}`,
    `202611/${recentName("S013000-E015959.0090")}`,
  ]);
  // The page in place of 02:00 is no granule, and no gap that anybody is told of.
  const unpublished = archiveName("S020000-E022959.0120");
  const pages = ges.requests.filter(({ path }) => path.endsWith(unpublished));
  assert.ok(pages.length > 0, "the archive is asked for it");
  for (const { headers } of pages) assert.equal(headers.authorization, `Bearer ${token}`);
  assert.equal(await world.step(4), undefined);
  for (const { headers } of bucket.requests) assert.equal(headers.authorization, undefined);

  // What moved to the archive meanwhile is not ingested again.
  archived.set(archiveName("S010000-E012959.0060"), 33);
  recent.clear();
  recent.set(recentName("S020000-E022959.0120"), 5);
  await world.run("2026-11-30T06:45:00Z");
  assert.deepEqual((await world.values()).slice(0, 5), [1, 2, 3, 4, 5]);
});
