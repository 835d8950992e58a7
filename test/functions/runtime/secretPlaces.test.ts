/** Where what is secret between a descriptor's server and its keeper is sent when another URL stands in the descriptor's place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../../functions/runtime/settings.ts";
import { openerFor, openSource } from "../../../functions/runtime/wiring.ts";
import { defineDataset } from "../../../shared/dataset/defineDataset.ts";
import type { AuthSpec } from "../../../shared/dataset/descriptor.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { startHttpServer } from "../../support/httpServer.ts";
import { providedSpec } from "../../support/providerWorld.ts";

const basic = { kind: "basic", secret: "login" } as const;
const aws = { kind: "aws", secret: "login" } as const;

for (const [what, own, asked, auth, isSent] of [
  ["another directory there", "http://HOST/a", "http://HOST/b", basic, true],
  ["the same host without TLS", "https://HOST/a", "http://HOST/a", basic, false],
  ["another port", "http://127.0.0.1:1/a", "http://HOST/a", basic, false],
  ["another host", "http://localhost/a", "http://HOST/a", basic, false],
  ["another prefix", "s3://acme/a?endpoint=http://HOST", "s3://acme/b?endpoint=http://HOST", aws, true],
  ["another bucket", "s3://acme/a?endpoint=http://HOST", "s3://other/a?endpoint=http://HOST", aws, false],
  ["another's endpoint", "s3://acme/a", "s3://acme/a?endpoint=http://HOST", aws, false],
] as const) {
  test(`a secret ${isSent ? "goes" : "does not go"} to ${what}`, async (t) => {
    const server = await startHttpServer({ handler: () => ({ kind: "answer", status: 404 }) });
    t.after(() => server.close());
    const at = (url: string) => url.replace("HOST", new URL(server.url).host);
    const dataset = describedAt(at(own), auth);
    const settings = readSettings({ source: at(asked) }, { ACCRETE_SECRET_LOGIN: "reader:hush" });
    for (const source of [
      await openSource(dataset, settings, 1),
      await openerFor(dataset, settings)(at(asked), 1),
    ]) {
      const granule = { path: "1.nc", sizeBytes: null, version: "", modifiedAt: null };
      assert.equal(await (await source.fetch(granule, neverAborted)).bytes(1000), undefined);
      await source.close();
    }
    const sent = server.requests.map(({ headers }) => headers.authorization !== undefined);
    assert.deepEqual([...new Set(sent)], [isSent]);
  });
}

function describedAt(url: string, auth: AuthSpec) {
  return defineDataset(
    providedSpec({
      start: "2026-01-01T00:00:00Z",
      step: "PT1H",
      source: { url, auth, candidates: [{ path: "{YYYYMMDDHH}.nc" }] },
    }),
  );
}
