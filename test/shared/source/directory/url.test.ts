import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../../../shared/errors.ts";
import { parseDirectoryUrl } from "../../../../shared/source/directory/url.ts";

test("a directory's URL says where it is, and how old its files must be", () => {
  for (const [url, root, minAgeMs] of [
    ["file:///data", "/data", 60_000],
    ["file:///data/rain/", "/data/rain", 60_000],
    ["FILE:///data//rain", "/data/rain", 60_000],
    ["file:///", "/", 60_000],
    ["file:///a%20b/50%25/%C3%A9?min-age=PT30S", "/a b/50%/é", 30_000],
    ["file:///data?min-age=PT0S", "/data", 0],
    ["file:///data?min-age=P1DT12H", "/data", 129_600_000],
  ] as const)
    assert.deepEqual(parseDirectoryUrl(url), { root, minAgeMs }, url);
});

test("what cannot be used is refused with every fault", () => {
  for (const [url, ...said] of [
    ["/data", /must begin with file:\/\/\//],
    ["file:data", /must begin with file:\/\/\//],
    ["http:///data", /must begin with file:\/\/\//],
    ["file://data/rain", /names a host: .* file:\/\/\/DIRECTORY/],
    ["file://", /names no directory/],
    ["file:///a/../b", /'\.' or '\.\.' segment/],
    ["file:///a/%2e%2E/b", /'\.' or '\.\.' segment/],
    ["file:///a%00b", /control character/],
    ["file:///a%zz", /% that encodes nothing/],
    ["file:///a#b", /has #/],
    ["file:///a?b", /has "b" behind the \?, where only min-age= may stand/],
    ["file:///a?min-age=30", /min-age that is no ISO 8601 duration/],
    ["file:///a?min-age=PT1S&min-age=PT2S", /"min-age" twice/],
    ["file:///a/../b?min-age=x&c=1#d", /segment/, /min-age that/, /"c"/, /#/],
  ] as const)
    assert.throws(
      () => parseDirectoryUrl(url),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.faults.length, said.length, `${url}: ${error.message}`);
        for (const one of said) assert.match(error.message, one);
        return true;
      },
    );
});
