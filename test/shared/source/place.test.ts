/** Where URLs lead to: the same for all schemes, each part worked out by hand. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { placeAt } from "../../../shared/source/place.ts";

describe("a file at a URL", () => {
  for (const [url, segments, shown, directory, bare] of [
    [
      "ftp://me:open%20sesame@h:21/pub/a%20b/open%20sesame.gz",
      ["pub", "a b", "open sesame.gz"],
      "ftp://h:21/pub/a%20b/***.gz",
      "ftp://me:open%20sesame@h:21/pub/a%20b",
      "ftp://h/pub/a%20b",
    ],
    ["ftps://h:990//a//x", ["a", "x"], "ftps://h:990/a/x", "ftps://h:990/a", "ftps://h:990/a"],
    [
      "ftp://[::1]:2121/a/x?data-host=any",
      ["a", "x"],
      "ftp://[::1]:2121/a/x",
      "ftp://[::1]:2121/a?data-host=any",
      "ftp://[::1]:2121/a?data-host=any",
    ],
    [
      "https://me:p@h:8443/d/x.nc?redirect-host=any",
      ["d", "x.nc"],
      "https://h:8443/d/x.nc",
      "https://me:p@h:8443/d?redirect-host=any",
      "https://h:8443/d?redirect-host=any",
    ],
    [
      "s3://bucket/p/x?region=eu-central-1&endpoint=http://127.0.0.1:9/",
      ["p", "x"],
      "s3://bucket/p/x",
      "s3://bucket/p?region=eu-central-1&endpoint=http://127.0.0.1:9/",
      "s3://bucket/p?region=eu-central-1&endpoint=http://127.0.0.1:9/",
    ],
    ["file:///mnt/x.bin", ["mnt", "x.bin"], "file:///mnt/x.bin", "file:///mnt", "file:///mnt"],
  ] as const) {
    test(url, () => {
      const place = placeAt(url);
      assert.deepEqual([place.segments, place.shown, place.isDirectory], [segments, shown, false]);
      const above = segments.length - 1;
      assert.deepEqual([place.urlOf(above), place.bareUrlOf(above)], [directory, bare]);
    });
  }
});

test("a slash at the end, or no path, says that it is a directory", () => {
  for (const url of [
    "ftp://h",
    "ftp://h/",
    "https://h/a/",
    "s3://bucket",
    "gs://bucket/p/?endpoint=http://h/",
  ])
    assert.equal(placeAt(url).isDirectory, true, url);
  for (const url of ["https://h/a", "gs://bucket/p?endpoint=http://h/"])
    assert.equal(placeAt(url).isDirectory, false, url);
  assert.equal(placeAt("s3://bucket").bareUrlOf(0), "s3://bucket");
});
