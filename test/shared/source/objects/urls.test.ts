/** What URLs of buckets mean, and that all their faults are told at once, with no secret in them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UsageError } from "../../../../shared/errors.ts";
import { parseGcsUrl } from "../../../../shared/source/objects/gcs/gcsUrl.ts";
import { parseS3Url } from "../../../../shared/source/objects/s3/s3Url.ts";

function faultsOf(parse: (url: string) => unknown, url: string): readonly string[] {
  try {
    parse(url);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.faults.map((fault) => fault.replace(/^source ".*?": /, ""));
  }
  return [];
}

describe("a URL of S3", () => {
  for (const [url, base, prefix, region] of [
    ["s3://noaa-mrms-pds", "https://noaa-mrms-pds.s3.us-east-1.amazonaws.com/", "", "us-east-1"],
    [
      "S3://some-bucket/a/b%20c/?region=eu-central-1",
      "https://some-bucket.s3.eu-central-1.amazonaws.com/",
      "a/b c",
      "eu-central-1",
    ],
    ["s3://with.dots/a+b", "https://s3.us-east-1.amazonaws.com/with.dots/", "a+b", "us-east-1"],
    [
      "s3://some-bucket?region=cn-north-1",
      "https://some-bucket.s3.cn-north-1.amazonaws.com.cn/",
      "",
      "cn-north-1",
    ],
    [
      "s3://some-bucket/ä?endpoint=http://127.0.0.1:9000",
      "http://127.0.0.1:9000/some-bucket/",
      "ä",
      "us-east-1",
    ],
    [
      "s3://some-bucket/a?region=auto&endpoint=https%3A%2F%2Fh.example%2Fs3",
      "https://h.example/s3/some-bucket/",
      "a",
      "auto",
    ],
  ] as const) {
    test(`${url} is at ${base}`, () => {
      const { base: found, bucket, ...address } = parseS3Url(url);
      assert.deepEqual({ ...address, base: found.href }, { base, prefix, region });
      assert.ok(url.includes(bucket));
    });
  }

  for (const [url, ...faults] of [
    ["https://h/a", /^must begin with s3:\/\/$/],
    ["s3:bucket/a", /^must begin with s3:/],
    ["s3://", /^has no bucket$/],
    ["s3://bucket name/a", /^is not a URL$/],
    ["s3://ab", /3 to 63 characters/],
    [`s3://${"a".repeat(64)}`, /3 to 63 characters/],
    ["s3://127.0.0.1", /IP address/],
    ["s3://xn--bucket", /xn--/],
    ["s3://b-use1-az4--x-s3", /directory and table buckets/],
    ["s3://bucket/a//b", /has \/\/ in its prefix/],
    ["s3://bucket/a/../b", /'\.' or '\.\.' segment/],
    ["s3://bucket/a%2F%2e%2E", /'\.' or '\.\.' segment/],
    ["s3://bucket/a%00", /control character/],
    ["s3://bucket/100%", /% that encodes nothing: write it as %25/],
    ["s3://bucket/a#b", /has #: write it as %23/],
    ["s3://bucket/a?region=us-east-1&region=us-west-2", /has "region" twice/],
    ["s3://bucket/a?endpoint=ftp://h", /endpoint must be a URL that begins with https:\/\/ or http:\/\//],
    ["s3://bucket/a?endpoint=h.example", /endpoint must be a URL/],
    ["s3://bucket/a?endpoint=https://h.example?x", /endpoint has \? or #/],
    [
      "s3://-My_Bucket../a//b?region=Frankfurt&profile=x",
      /may have a-z, 0-9 and \.- only/,
      /begin and end with a letter or a digit/,
      /two dots/,
      /has \/\/ in its prefix/,
      /has "profile" behind the \?, where only region= and endpoint= may stand/,
      /region must be the code of one/,
    ],
  ] as const) {
    test(`${url} is refused, with all its faults`, () => {
      const found = faultsOf(parseS3Url, url);
      assert.equal(found.length, faults.length, found.join("; "));
      for (const fault of faults)
        assert.ok(
          found.some((one) => fault.test(one)),
          `${fault} of ${found.join("; ")}`,
        );
    });
  }

  test("does not tell a secret that stands in it", () => {
    for (const url of [
      "s3://AKIA:hush@bucket/a",
      "s3://bucket/a?AWSAccessKeyId=hush&Signature=hush",
      "s3://bucket/a?endpoint=https://u:hush@h.example",
      "s3://bucket/a?x=1#hush",
    ]) {
      assert.throws(
        () => parseS3Url(url),
        (error: Error) => !/hush/.test(error.message),
      );
    }
  });
});

describe("a URL of Cloud Storage", () => {
  for (const [url, endpoint, prefix] of [
    ["gs://some_bucket", "https://storage.googleapis.com/", ""],
    ["gs://some.example/a/b%23", "https://storage.googleapis.com/", "a/b#"],
    ["gs://bucket/a?endpoint=http://127.0.0.1:4443", "http://127.0.0.1:4443/", "a"],
  ] as const) {
    test(`${url} is at ${endpoint}`, () => {
      const address = parseGcsUrl(url);
      assert.deepEqual([address.endpoint.href, address.prefix], [endpoint, prefix]);
    });
  }

  for (const [url, ...faults] of [
    ["s3://bucket", /^must begin with gs:\/\/$/],
    ["gs://ab", /3 to 63 characters/],
    [`gs://${"a".repeat(64)}.b`, /up to 222 where dots/],
    [`gs://${"abc.".repeat(60)}abc`, /up to 222 where dots/],
    ["gs://goog-bucket", /google/],
    ["gs://my-google-bucket", /google/],
    [
      "gs://Bucket?region=x",
      /a-z, 0-9 and \.-_ only/,
      /has "region" behind the \?, where only endpoint= may stand/,
    ],
  ] as const) {
    test(`${url} is refused, with all its faults`, () => {
      const found = faultsOf(parseGcsUrl, url);
      assert.equal(found.length, faults.length, found.join("; "));
      for (const fault of faults)
        assert.ok(
          found.some((one) => fault.test(one)),
          `${fault} of ${found.join("; ")}`,
        );
    });
  }
});
