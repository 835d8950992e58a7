import assert from "node:assert/strict";
import { test } from "node:test";
import { isWithoutProxy } from "../../../../../../shared/source/http/core/connections/noProxy.ts";

for (const [rules, url, isWithout] of [
  ["", "http://a.example/", false],
  ["*", "http://a.example/", true],
  ["a.example", "http://a.example/x", true],
  ["A.EXAMPLE", "http://a.Example/x", true],
  ["example", "http://a.example/x", true],
  [".example", "http://a.example/x", true],
  ["*.a.example", "http://b.a.example/x", true],
  ["a.example", "http://aa.example/", false],
  ["a.example", "http://a.example.org/", false],
  ["b, a.example c", "https://a.example/", true],
  ["a.example:443", "https://a.example/", true],
  ["a.example:8443", "https://a.example:8443/", true],
  ["a.example:8443", "https://a.example/", false],
  ["127.0.0.1", "http://127.0.0.1:8000/", true],
  ["0.0.1", "http://127.0.0.1:8000/", false],
  ["10.0.0.0/8", "http://10.1.2.3/", true],
  ["10.0.0.0/8", "http://11.1.2.3/", false],
  ["10.0.0.0/99", "http://10.1.2.3/", false],
  ["10.0.0.0/", "http://10.1.2.3/", false],
  ["::1", "http://[::1]:8000/", true],
  ["[::1]", "http://[::1]:8000/", true],
  ["[::1]:8000", "http://[::1]:8000/", true],
  ["[::1]:8001", "http://[::1]:8000/", false],
  ["fd00::/8", "http://[fd12::1]/", true],
  ["fd00::/8", "http://10.0.0.1/", false],
  ["localhost", "http://127.0.0.1/", false],
] as const)
  test(`no_proxy "${rules}" ${isWithout ? "fits" : "does not fit"} ${url}`, () =>
    assert.equal(isWithoutProxy(new URL(url), rules), isWithout));
