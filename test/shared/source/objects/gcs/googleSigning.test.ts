/** The process's own credentials at Google, as a machine there gives them: by its metadata server. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createGcsSource } from "../../../../../shared/source/objects/gcs/gcsSource.ts";
import { neverAborted } from "../../../../../shared/testing/neverAborted.ts";
import type { Reaction } from "../../../../support/httpReactions.ts";
import { startHttpServer } from "../../../../support/httpServer.ts";

let isSilent = false;
const metadata = await startHttpServer({
  handler: ({ path }) =>
    isSilent
      ? { kind: "stall" }
      : path.endsWith("/token")
        ? said(
            JSON.stringify({ access_token: "ya29.of-this-machine", expires_in: 3600, token_type: "Bearer" }),
          )
        : said("project"),
});
process.env.GCE_METADATA_HOST = `127.0.0.1:${metadata.port}`;
process.env.METADATA_SERVER_DETECTION = "assume-present";
// Nobody's own, where somebody runs this who has some.
process.env.CLOUDSDK_CONFIG = "/nowhere";
delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
after(() => metadata.close());

function said(body: string): Reaction {
  const headers = { "content-type": "application/json", "metadata-flavor": "Google" };
  return { kind: "answer", status: 200, headers, body };
}

function sourceOn(url: string, limits = {}) {
  return createGcsSource({
    url: `gs://bucket/data?endpoint=${url}`,
    connectionsMax: 1,
    random: () => 0.5,
    now: Date.now,
    credentials: { kind: "google" },
    limits,
    http: { attemptsMax: 1 },
  });
}
const searching = { directoriesMax: 1, pathsMax: 1, callsAtOnceMax: 1, isWantable: () => false };

test("are sent to the server alone, with what is listed and with what is fetched", async (t) => {
  const elsewhere = await startHttpServer({ files: { a: { bytes: new Uint8Array(3) } } });
  const server = await startHttpServer({
    handler: ({ path, headers }) => {
      if (headers.authorization !== "Bearer ya29.of-this-machine") return { kind: "answer", status: 401 };
      const location = `${elsewhere.url}a`;
      return path.startsWith("/storage/")
        ? { kind: "answer", status: 200, body: JSON.stringify({ kind: "storage#objects" }) }
        : { kind: "answer", status: 307, headers: { location } };
    },
  });
  const source = sourceOn(server.url);
  t.after(async () => {
    await source.close();
    await server.close();
    await elsewhere.close();
  });
  assert.deepEqual(await source.search(searching).find([{ paths: ["a"] }], neverAborted), [undefined]);
  const file = { path: "a", sizeBytes: null, version: "", modifiedAt: null };
  assert.equal((await (await source.fetch(file, neverAborted)).bytes(10))?.length, 3);
  assert.equal(elsewhere.requests[0]?.headers.authorization, undefined);
  assert.ok(metadata.count() > 0);
});

test("that are not accepted are told so", async (t) => {
  const server = await startHttpServer({ handler: () => ({ kind: "answer", status: 401 }) });
  const source = sourceOn(server.url);
  t.after(async () => {
    await source.close();
    await server.close();
  });
  await assert.rejects(source.search(searching).find([{ paths: ["a"] }], neverAborted), {
    fault: "refused",
    message: "gs://bucket/data/: the server does not accept the credentials (401)",
  });
});

test("are struck out of what is told, where the server repeats them", async (t) => {
  const said = (status: number, headers = {}): Reaction => ({
    kind: "answer",
    status,
    headers,
    body: "<Error><Code>AccessDenied</Code><Message>ya29.of-this-machine may not</Message></Error>",
  });
  const server = await startHttpServer({
    handler: ({ query }) =>
      query.has("prefix") ? said(403) : said(302, { location: "http://ya29.of-this-machine:x/" }),
  });
  const source = sourceOn(server.url);
  t.after(async () => {
    await source.close();
    await server.close();
  });
  await assert.rejects(
    source.search(searching).find([{ paths: ["a"] }], neverAborted),
    /AccessDenied \*\*\* may not/,
  );
  const file = { path: "a", sizeBytes: null, version: "", modifiedAt: null };
  await assert.rejects(source.fetch(file, neverAborted), (thrown: Error) => !thrown.message.includes("ya29"));
});

test("that do not come in time are none", async (t) => {
  const server = await startHttpServer();
  const source = sourceOn(server.url, { tokenMs: 50 });
  isSilent = true;
  t.after(async () => {
    isSilent = false;
    await source.close();
    await server.close();
  });
  await assert.rejects(source.search(searching).find([{ paths: ["a"] }], neverAborted), {
    fault: "refused",
    message: /no Google Cloud credentials \(none came within 50 ms\)/,
  });
});
