import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../../../shared/errors.ts";
import { absolutePath, parseFtpUrl, placeOf } from "../../../../shared/source/ftp/url.ts";

test("reads host, port, login and path", () => {
  assert.deepEqual(parseFtpUrl("ftp://reader:secret@ftp.example.org:2121/pub/data/"), {
    host: "ftp.example.org",
    port: 2121,
    user: "reader",
    password: "secret",
    basePath: "/pub/data",
    security: "none",
    isAnyDataHost: false,
  });
});

test("is anonymous, on port 21 and at the root unless told otherwise", () => {
  const anonymous = { user: "anonymous", password: "guest" };
  const address = {
    host: "example.org",
    port: 21,
    basePath: "/",
    security: "none",
    isAnyDataHost: false,
    ...anonymous,
  };
  assert.deepEqual(parseFtpUrl("ftp://example.org"), address);
  assert.deepEqual(parseFtpUrl("ftp://anonymous@example.org/"), address);
  assert.equal(parseFtpUrl("ftp://reader@example.org/").password, "");
});

test("allows any host for data where that stands behind it, and nothing else may", () => {
  const address = parseFtpUrl("ftp://example.org/pub?data-host=any");
  assert.deepEqual([address.basePath, address.isAnyDataHost], ["/pub", true]);
  assert.equal(parseFtpUrl("ftp://example.org?data-host=any").isAnyDataHost, true);
});

test("decodes user, password and path", () => {
  const { user, password, basePath } = parseFtpUrl(
    "ftp://a%40b:p%2F%3A%23%25@example.org/with%20space/%C3%A9",
  );
  assert.deepEqual(
    { user, password, basePath },
    { user: "a@b", password: "p/:#%", basePath: "/with space/é" },
  );
});

test("ftps is implicit on port 990 and explicit elsewhere", () => {
  assert.equal(parseFtpUrl("ftps://example.org/").security, "explicit");
  assert.equal(parseFtpUrl("ftps://example.org/").port, 21);
  assert.equal(parseFtpUrl("ftps://example.org:2121/").security, "explicit");
  assert.equal(parseFtpUrl("ftps://example.org:990/").security, "implicit");
  assert.equal(parseFtpUrl("ftp://example.org:990/").security, "none");
});

test("takes an IPv6 address without its brackets", () => {
  const address = parseFtpUrl("ftp://[::1]:2121/pub");
  assert.equal(address.host, "::1");
  assert.equal(placeOf(address, "/pub/a.bin"), "ftp://[::1]:2121/pub/a.bin");
});

const unusable: readonly [url: string, fault: RegExp][] = [
  ["http://example.org/", /must begin with ftp:\/\/ or ftps:\/\//],
  ["example.org/pub", /must begin with/],
  ["reader:secret@example.org/pub", /must begin with/],
  ["ftps:///pub", /has no host/],
  ["ftp://example.org:0/", /has port 0/],
  ["ftp://example.org:99999/", /is not a URL/],
  ["ftp://:secret@example.org/", /has a password but no user/],
  ["ftp://reader:secret%zz@example.org/", /password has a % that encodes nothing/],
  ["ftp://reader:secret%0d%0aDELE@example.org/", /password has a control character/],
  ["ftp://example.org/a%00", /path has a control character/],
  [
    "ftp://example.org/a?b",
    /has \? or #; write them as %3F and %23 \(all that may follow a \? is \?data-host=any\)$/,
  ],
  ["ftp://example.org/a?data-host=10.0.0.1", /has \? or #/],
  ["ftp://example.org/a?b?data-host=any", /has \? or #/],
  ["ftp://example.org/a?data-host=any#", /has \? or #/],
  ["ftp://reader:secret#1@example.org/", /is not a URL/],
  ["ftp://reader:1/secret@example.org/", /has @ in its path/],
];
for (const [url, fault] of unusable) {
  test(`refuses ${JSON.stringify(url)}`, () => {
    assert.throws(
      () => parseFtpUrl(url),
      (thrown: unknown) => {
        assert.ok(thrown instanceof UsageError);
        assert.match(thrown.message, fault);
        assert.doesNotMatch(thrown.message, /secret/);
        return true;
      },
    );
  });
}

test("names all faults at once", () => {
  assert.throws(
    () => parseFtpUrl("ftp://%zz:%zz@example.org:0/"),
    (thrown: unknown) => thrown instanceof UsageError && thrown.faults.length === 3,
  );
});

test("strikes the password out of a place", () => {
  const address = parseFtpUrl("ftp://reader:hush-hush@h/hush-hush/a");
  assert.equal(placeOf(address, address.basePath), "ftp://h:21/***/a");
  const anonymous = parseFtpUrl("ftp://h/guest/anonymous");
  assert.equal(placeOf(anonymous, anonymous.basePath), "ftp://h:21/guest/anonymous");
});

test("joins a path to the base", () => {
  const address = parseFtpUrl("ftp://example.org/pub/");
  assert.equal(absolutePath(address, "2016/a.bin"), "/pub/2016/a.bin");
  assert.equal(absolutePath(address, "/2016//a.bin"), "/pub/2016/a.bin");
  assert.equal(absolutePath(address, ""), "/pub");
  assert.equal(absolutePath(parseFtpUrl("ftp://example.org"), ""), "/");
  assert.equal(absolutePath(parseFtpUrl("ftp://example.org"), "-a b"), "/-a b");
});

test("refuses a path that leaves the base or that ends a command", () => {
  const address = parseFtpUrl("ftp://example.org/pub/");
  for (const path of ["../a", "a/../../b", "./a", "a\r\nDELE b", "a\0"]) {
    assert.throws(() => absolutePath(address, path), UsageError);
  }
});
