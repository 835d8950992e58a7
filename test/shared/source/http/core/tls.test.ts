import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { assertBytes, patternBytes } from "../../../../../shared/testing/files.ts";
import { redirect } from "../../../../support/httpReactions.ts";
import { type Certificate, selfSigned } from "../../../../support/selfSigned.ts";
import { failure, lookupWith, served, started } from "../started.ts";

const bytes = patternBytes(100_000);
const files = { "a.bin": { bytes } };
const made = await selfSigned();
const skip = typeof made === "string" && made;
const certificate = made as Certificate;
const tls = { ca: certificate.cert };

test("a server is believed by a certificate that is known, over kept connections", { skip }, async (t) => {
  const { bytes: body, server } = await started(t, { files, tls: certificate }, { tls, connectionsMax: 1 });
  for (let time = 0; time < 3; time++) assertBytes(await body("a.bin"), bytes);
  assert.equal(server.connectionsOpened, 1);
});

test("a certificate that nobody knows is unreachable, at the first try", { skip }, async (t) => {
  const { bytes: body, server } = await started(t, { files, tls: certificate });
  const failed = await failure(body("a.bin"));
  assert.deepEqual(
    [failed.fault, failed.message],
    [
      "unreachable",
      `GET ${server.url}a.bin: DEPTH_ZERO_SELF_SIGNED_CERT its certificate is signed by itself alone`,
    ],
  );
  assert.deepEqual([server.connectionsOpened, server.count()], [1, 0]);
});

test("a certificate of another host is unreachable", { skip }, async (t) => {
  const { bytes: body, server } = await started(
    t,
    { files, tls: certificate },
    { tls, lookup: lookupWith() },
  );
  const failed = await failure(body(`https://other.example:${server.port}/a.bin`));
  assert.deepEqual(
    [failed.fault, failed.message],
    [
      "unreachable",
      `GET https://other.example:${server.port}/a.bin: ERR_TLS_CERT_ALTNAME_INVALID its certificate is that of another host`,
    ],
  );
});

test("a certificate may be left unread", { skip }, async (t) => {
  const { bytes: body } = await started(
    t,
    { files, tls: certificate },
    { tls: { rejectUnauthorized: false } },
  );
  assertBytes(await body("a.bin"), bytes);
});

test("a server without TLS is told", async (t) => {
  const { get, server } = await started(t, { files }, { limits: { attemptsMax: 1 } });
  const { fault, message } = await failure(get(`https://127.0.0.1:${server.port}/a.bin`));
  assert.deepEqual(
    [fault, message.replace(/^.*: /, "")],
    ["unreachable", "EPROTO the server does not speak TLS as it should"],
  );
});

test("a redirect from https to http is refused; from http to https it is followed", { skip }, async (t) => {
  const plain = await served(t, { files });
  const { bytes: body, server } = await started(t, { files, tls: certificate }, { tls });
  server.always("a.bin", redirect(`${plain.url}a.bin`));
  assert.equal(
    (await failure(body("a.bin"))).message,
    `GET ${server.url}a.bin: the server redirects from https to ${plain.url}a.bin, which anybody can read: refused`,
  );
  assert.equal(plain.count(), 0);
  server.always("a.bin");

  const other = await started(t, { files }, { tls });
  other.server.always("up", redirect(`${server.url}a.bin`));
  assertBytes(await other.bytes("up"), bytes);
  // Also where the source itself speaks http: what came by https, as a login, may be in the URL.
  server.always("down", redirect(`${other.server.url}a.bin`));
  other.server.always("up", redirect(`${server.url}down`));
  assert.match((await failure(other.bytes("up"))).message, /redirects from https to .*: refused$/);
  assert.equal(other.server.count("a.bin"), 0);
});

test("a server that hangs up before the connection is encrypted was not reached; one that does after was", {
  skip,
}, async (t) => {
  const { bytes: body, server } = await started(t, { files, tls: certificate }, { tls });
  server.always("a.bin", { kind: "reset" });
  const after = await failure(body("a.bin"));
  assert.deepEqual([after.name, after.fault], ["HungUpError", "transfer"]);

  const closing = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  t.after(() => closing.close());
  await once(closing, "listening");
  const before = await failure(body(`https://127.0.0.1:${(closing.address() as AddressInfo).port}/a.bin`));
  assert.deepEqual([before.name, before.fault], ["SourceError", "unreachable"]);
});
