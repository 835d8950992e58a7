import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { UsageError } from "../../../../../../shared/errors.ts";
import type { HttpCallsOptions } from "../../../../../../shared/source/http/core/calls.ts";
import { createHttpCalls } from "../../../../../../shared/source/http/core/httpCalls.ts";
import { assertBytes, patternBytes } from "../../../../../../shared/testing/files.ts";
import { type HttpProxyOptions, startHttpProxy } from "../../../../../support/httpProxy.ts";
import { redirect } from "../../../../../support/httpReactions.ts";
import { patienceMs } from "../../../../../support/patience.ts";
import { type Certificate, selfSigned } from "../../../../../support/selfSigned.ts";
import { failure, started } from "../../started.ts";

const bytes = patternBytes(100_000);
const files = { "a.bin": { bytes } };
const made = await selfSigned();
const skip = typeof made === "string" && made;
const certificate = made as Certificate;
// The certificate is for localhost, which only the proxy looks up.
const host = "localhost";

async function proxied(
  t: TestContext,
  scheme: "http" | "https",
  proxyOptions: HttpProxyOptions = {},
  options: (proxyUrl: string) => Partial<HttpCallsOptions> = () => ({}),
) {
  const proxy = await startHttpProxy(proxyOptions);
  t.after(() => proxy.close());
  const isSecure = scheme === "https";
  const {
    server,
    bytes: body,
    calls,
  } = await started(t, { files, ...(isSecure && { tls: certificate }) }, ({ port }) => ({
    base: new URL(`${scheme}://${host}:${port}/`),
    proxies: { [scheme]: proxy.url },
    tls: { ca: certificate.cert },
    lookup: (name) => assert.fail(`${name} was looked up`),
    limits: { attemptsMax: 1 },
    ...options(proxy.url),
  }));
  const place = `${host}:${server.port}`;
  return { proxy, server, calls, place, body: (path: string) => body(`${scheme}://${place}/${path}`) };
}

describe("proxies", () => {
  test("a URL of http is asked of the proxy as a whole, which learns nothing meant for the server", async (t) => {
    const login = { user: "me", password: "p@ss" };
    const { proxy, server, place, body } = await proxied(t, "http", { login });
    assertBytes(await body("a.bin?x=1"), bytes);
    assert.deepEqual(proxy.asked, [`GET http://${place}/a.bin?x=1`]);
    assert.equal(server.requests[0]?.headers.host, place);
    assert.equal(server.requests[0]?.headers["proxy-authorization"], undefined);
  });

  test("a URL of https goes through the proxy encrypted, over kept connections", { skip }, async (t) => {
    const login = { user: "me", password: "p@ss" };
    const { proxy, server, place, body } = await proxied(t, "https", { login }, () => ({
      connectionsMax: 2,
    }));
    for (const got of await Promise.all(Array.from({ length: 6 }, () => body("a.bin"))))
      assertBytes(got, bytes);
    assert.deepEqual(proxy.asked, [`CONNECT ${place}`, `CONNECT ${place}`]);
    assert.equal(proxy.tunnelsPeak, 2);
    assert.equal(server.requests[0]?.headers["proxy-authorization"], undefined);
  });

  test("the proxy itself may be asked over TLS", { skip }, async (t) => {
    for (const scheme of ["http", "https"] as const) {
      const { proxy, body } = await proxied(t, scheme, { tls: certificate });
      assertBytes(await body("a.bin"), bytes);
      assert.equal(proxy.asked.length, 1);
    }
  });

  test("a certificate is that of the server, not of the proxy", { skip }, async (t) => {
    const { place, body } = await proxied(t, "https", {}, () => ({ tls: {} }));
    const failed = await failure(body("a.bin"));
    assert.deepEqual(
      [failed.fault, failed.message],
      [
        "unreachable",
        `GET https://${place}/a.bin: DEPTH_ZERO_SELF_SIGNED_CERT its certificate is signed by itself alone`,
      ],
    );
  });

  test("hosts that need none are asked without", async (t) => {
    const { proxy, server } = await proxied(t, "http");
    const { get } = await started(t, {}, { proxies: { http: proxy.url, no: "127.0.0.1" } });
    (await get(`${server.url}a.bin`)).discard();
    assert.deepEqual(proxy.asked, []);
  });

  for (const [status, fault, said] of [
    [407, "refused", "407 Proxy Authentication Required"],
    [502, "unreachable", "502 Bad Gateway"],
  ] as const)
    test(`a proxy that answers ${status} is told from the server`, { skip }, async (t) => {
      const { place, proxy, body } = await proxied(t, "https", { connectStatus: status });
      const failed = await failure(body("a.bin"));
      assert.deepEqual(
        [failed.fault, failed.message],
        [fault, `GET https://${place}/a.bin: the proxy ${proxy.url}/ answered ${said} to CONNECT ${place}`],
      );
    });

  test("a login that the proxy does not know is refused, and not shown", async (t) => {
    const login = { user: "me", password: "right" };
    for (const scheme of ["http", ...(skip ? [] : ["https" as const])] as const) {
      const { body } = await proxied(t, scheme, { login }, (url) => ({
        proxies: { [scheme]: url.replace("right", "wr0ng") },
      }));
      const failed = await failure(body("a.bin"));
      assert.equal(failed.fault, "refused");
      assert.match(failed.message, /407 Proxy Authentication Required/);
      if (scheme === "http") assert.match(failed.message, /: the proxy wants to know who asks$/);
      assert.doesNotMatch(failed.message, /wr0ng/);
    }
  });

  test("silence of a proxy ends in its time", { skip }, async (t) => {
    const { place, proxy, body } = await proxied(t, "https", { connectStatus: 0 }, () => ({
      limits: { connectMs: 50, attemptsMax: 1 },
    }));
    assert.equal(
      (await failure(body("a.bin"))).message,
      `GET https://${place}/a.bin: the proxy ${proxy.url}/ gave no connection within 50 ms`,
    );
  });

  test("a proxy that cannot be reached is told", { skip }, async (t) => {
    const { proxy, place, body } = await proxied(t, "https");
    await proxy.close();
    assert.equal(
      (await failure(body("a.bin"))).message,
      `GET https://${place}/a.bin: the proxy ${proxy.url}/ cannot be asked: ECONNREFUSED the server takes no connection`,
    );
  });

  test("closing ends what is asked of a proxy", { skip }, async (t) => {
    const { proxy, calls, body } = await proxied(t, "https", { connectStatus: 0 }, () => ({
      limits: { connectMs: patienceMs, attemptsMax: 1 },
    }));
    const failing = failure(body("a.bin"));
    await proxy.awaitAsked(1);
    await calls.close();
    assert.match((await failing).message, /the source is closed$/);
  });

  test("a redirect to an address that is not public is refused through a proxy too", async (t) => {
    const { proxy, server, body } = await proxied(t, "http", {}, () => ({ lookup: undefined }));
    server.always("a.bin", redirect("http://10.0.0.1/"));
    assert.match(
      (await failure(body("a.bin"))).message,
      /leads to 10.0.0.1, an address of a private network: refused/,
    );
    assert.equal(proxy.asked.length, 1);
  });

  for (const [name, what] of [
    [
      "metadata.google.internal",
      /leads to metadata.google.internal, an address of this link alone: refused$/,
    ],
    [
      "ip-10-0-0-1.ec2.internal",
      /leads to ip-10-0-0-1.ec2.internal, an address of a private network: refused/,
    ],
    ["localhost", /leads to localhost, which is 127.0.0.1, this machine itself: refused/],
    [
      "inside.example",
      /leads to inside.example, which is 10.1.2.3, an address of a private network: refused/,
    ],
  ] as const)
    test(`a redirect to the name ${name} is refused through a proxy too`, async (t) => {
      const known: Readonly<Record<string, string>> = {
        "data.example": "192.0.2.1",
        "inside.example": "10.1.2.3",
        localhost: "127.0.0.1",
      };
      const lookup: LookupFunction = (asked, _options, done) => {
        const address = known[asked];
        if (address === undefined) done(Object.assign(new Error("none"), { code: "ENOTFOUND" }), []);
        else done(null, [{ address, family: 4 }]);
      };
      const { proxy, server } = await proxied(t, "http");
      const { get } = await started(
        t,
        {},
        { base: new URL("http://data.example"), proxies: { http: proxy.url }, lookup },
      );
      const at = (host: string, path: string) => `http://${host}:${server.port}/${path}`;
      server.always("away", redirect(at(name, "a.bin")));
      assert.match((await failure(get(at("data.example", "away")))).message, what);
      assert.equal(proxy.asked.length, 1);
      // What only the proxy can look up is left to it.
      server.always("away", redirect(at("elsewhere.example", "a.bin")));
      assertBytes(await (await get(at("data.example", "away"))).bytes(bytes.length), bytes);
    });

  test("what is no proxy's URL is a fault of the options, which shows no password", () => {
    for (const http of ["socks5://me:s3cret@proxy.example:1080", "http://", "me:s3cret@"])
      assert.throws(
        () =>
          createHttpCalls({
            base: new URL("http://a/"),
            connectionsMax: 1,
            random: () => 0,
            now: () => 0,
            proxies: { http },
          }),
        (thrown) => thrown instanceof UsageError && !thrown.message.includes("s3cret"),
      );
  });
});
