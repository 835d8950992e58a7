/** What URLs of HTTP servers mean, and that all their faults are told at once, with no password in them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UsageError } from "../../../../shared/errors.ts";
import { parseHttpUrl, urlBelow } from "../../../../shared/source/http/url.ts";
import { readEtag, readVersion, writeVersion } from "../../../../shared/source/http/version.ts";

function faultsOf(url: string): readonly string[] {
  try {
    parseHttpUrl(url);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.ok(!error.message.includes("secret"), error.message);
    return error.faults.map((fault) => fault.replace(/^source ".*?": /, ""));
  }
  return [];
}

describe("a URL of HTTP", () => {
  for (const [url, base, user] of [
    ["https://data.host/a/b", "https://data.host/a/b/", undefined],
    ["HTTPS://Data.Host", "https://data.host/", undefined],
    ["http://h:8080/a%20b/?redirect-host=any", "http://h:8080/a%20b/", undefined],
    ["https://me%40home:a%2Fb@h/", "https://h/", { kind: "basic", user: "me@home", password: "a/b" }],
  ] as const) {
    test(`${url} is at ${base}`, () => {
      const address = parseHttpUrl(url);
      assert.equal(address.base.href, base);
      assert.deepEqual(address.credentials, user);
      assert.equal(address.isAnyRedirectHost, url.endsWith("=any"));
    });
  }

  for (const [url, ...faults] of [
    ["ftp://h/a", /^must begin with https:\/\/ or http:\/\/$/],
    ["https:h/a", /^must begin with/],
    ["https://reader:sec/ret@h/secret:x@", /^is not a URL; in user and password write @/],
    ["https://:secret@h/", /^has a password but no user$/],
    ["https://reader:secret@h/%zz#x", /^has #/, /^the path has a % that encodes nothing/],
    ["https://h/?token=x&redirect-host=h", /"token" behind the \?/, /^redirect-host must be any$/],
    ["http://h:0/", /^has port 0$/],
  ] as const) {
    test(`${url} is refused`, () => {
      const found = faultsOf(url);
      assert.equal(found.length, faults.length, found.join("; "));
      for (const [index, fault] of faults.entries()) assert.match(found[index] ?? "", fault as RegExp);
    });
  }

  test("is that of each path below it, with every segment encoded", () => {
    const base = new URL("https://h/a%20b/");
    assert.equal(urlBelow(base, "c d/ä?#&%.nc").href, "https://h/a%20b/c%20d/%C3%A4%3F%23%26%25.nc");
    assert.equal(urlBelow(base, "").href, base.href);
    for (const path of ["..", "a/../b", "./a", "a\nb", "a\ud800"])
      assert.throws(() => urlBelow(base, path), UsageError);
  });
});

describe("a version", () => {
  test("is an ETag and an index's text, either of which may be absent", () => {
    for (const version of [
      { etag: '"a b"', text: "28-Nov-2026 09:12 5" },
      { etag: 'W/"a"', text: "" },
      { etag: undefined, text: "28-Nov-2026 09:12" },
      { etag: undefined, text: "" },
    ])
      assert.deepEqual(readVersion(writeVersion(version)), version);
  });

  test("has an ETag in quotes, and none that is longer than anybody's", () => {
    const etags = ['"a"', 'W/"a"', "a", 'a"b', "", undefined, `"${"x".repeat(300)}"`].map(readEtag);
    assert.deepEqual(etags, ['"a"', 'W/"a"', '"a"', '"ab"', undefined, undefined, undefined]);
  });
});
