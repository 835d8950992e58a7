/**
 * GHRSST GAMSSA at an Earthdata archive: nothing is listed, a token or the login of a `.netrc` leads over several hosts to a signed URL.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { redirect } from "../../support/httpReactions.ts";
import { type HttpServer, type LoggedRequest, startHttpServer } from "../../support/httpServer.ts";
import { granuleOf, providerWorld } from "../../support/providerWorld.ts";

const suffix = "120000-ABOM-L4_GHRSST-SSTfnd-GAMSSA_28km-GLOB-v02.0-fv01.0.nc";
const collection = "podaac-ops-cumulus-protected/GAMSSA_28km-ABOM-L4-GLOB-v01";
const token = "EDL-Utoken";
const days = new Map([
  [`20261128${suffix}`, 28],
  [`20261129${suffix}`, 29],
]);

/** The archive, the login host and the bucket, each an origin of its own. */
async function earthdata(): Promise<Readonly<Record<"archive" | "login" | "bucket", HttpServer>>> {
  const value = ({ path }: LoggedRequest) => days.get(path.slice(path.lastIndexOf("/") + 1));
  const bucket = await startHttpServer({
    handler(request) {
      const { headers, query } = request;
      if (headers.authorization !== undefined || headers.cookie !== undefined)
        return { kind: "answer", status: 400 };
      const body = granuleOf(value(request) ?? -1);
      if (query.get("Signature") !== "s1gned") return { kind: "answer", status: 403 };
      return {
        kind: "answer",
        status: 200,
        headers: { "last-modified": new Date(Date.UTC(2026, 10, 30)).toUTCString() },
        body,
      };
    },
  });
  const login: HttpServer = await startHttpServer({
    handler({ headers, query }) {
      const basic = `Basic ${Buffer.from("reader:hush-hush").toString("base64")}`;
      if (headers.authorization !== basic) return { kind: "answer", status: 401 };
      return redirect(`${query.get("redirect_uri")}?code=abc`);
    },
  });
  const archive: HttpServer = await startHttpServer({
    handler(request) {
      const { path, headers, query } = request;
      if (query.get("code") === "abc")
        return redirect(path, 302, { "set-cookie": "session=known; Path=/; HttpOnly" });
      const isKnown =
        headers.authorization === `Bearer ${token}` || headers.cookie?.includes("session=known");
      if (!isKnown)
        return redirect(
          `${login.url}oauth/authorize?redirect_uri=${encodeURIComponent(archive.url.slice(0, -1) + path)}`,
        );
      return value(request) === undefined
        ? { kind: "answer", status: 404 }
        : redirect(`${bucket.url}${path.slice(1)}?Signature=s1gned`, 303);
    },
  });
  return { archive, login, bucket };
}

for (const [kind, secret] of [
  ["bearer", token],
  ["netrc", "machine 127.0.0.1 login reader password hush-hush"],
] as const) {
  test(`GAMSSA: with ${kind} each day is asked for, and its credentials go no further than they may`, async (t) => {
    const servers = await earthdata();
    t.after(() => Promise.all(Object.values(servers).map((server) => server.close())));
    const world = providerWorld({
      start: "2026-11-28T12:00:00Z",
      step: "P1D",
      source: {
        url: `${servers.archive.url}${collection}`,
        listing: "none",
        auth: { kind, secret: "earthdata" },
        candidates: [{ path: `{YYYYMMDD}${suffix}` }],
      },
      environment: { ACCRETE_SECRET_EARTHDATA: secret },
    });
    await world.run("2026-11-30T18:00:00Z");
    assert.deepEqual((await world.values()).slice(0, 2), [28, 29]);
    for (const { headers } of servers.bucket.requests)
      assert.deepEqual([headers.authorization, headers.cookie], [undefined, undefined]);
    if (kind === "bearer") assert.equal(servers.login.requests.length, 0);
  });
}
