import assert from "node:assert/strict";
import { test } from "node:test";
import { redactUrl, redactUrls } from "../../../../shared/source/secrets/redactUrl.ts";

test("hides the password, and only that", () => {
  assert.equal(redactUrl("ftp://reader:secret@example.org:21/a"), "ftp://reader:***@example.org:21/a");
  assert.equal(redactUrl("ftps://reader:@example.org/"), "ftps://reader:***@example.org/");
  assert.equal(redactUrl("ftp://reader@example.org/a"), "ftp://reader@example.org/a");
  assert.equal(redactUrl("ftp://example.org:21/a"), "ftp://example.org:21/a");
});

test("hides a password with characters that should have been encoded", () => {
  for (const password of ["se@cret", "se/cret", "se#cret", "se?cret", "se:cret", "//secret", "se\ncret"]) {
    assert.equal(redactUrl(`ftp://reader:${password}@example.org/`), "ftp://reader:***@example.org/");
  }
});

test("hides a password that stands in no whole URL, and no port for one", () => {
  for (const [typed, expected] of [
    ["ftp://reader:se cret@h/x", "ftp://reader:***@h/x"],
    ["--sorce=ftp://reader:se cret@h/x", "--sorce=ftp://reader:***@h/x"],
    ["reader:se cret@h/x", "reader:***@h/x"],
    ["ftp:/reader:secret@h/x", "ftp:/reader:***@h/x"],
    ["ftp://reader:secret", "ftp://reader:***"],
    ["ftp://reader:21secret/a", "ftp://reader:***"],
    ["ftp://h:21", "ftp://h:21"],
    ["ftp://[::1]:2121/pub", "ftp://[::1]:2121/pub"],
    ["2014-04-01T21:00:00Z", "2014-04-01T21:00:00Z"],
  ] as const)
    assert.equal(redactUrl(typed), expected);
});

test("hides the password of what was typed where a text repeats it", () => {
  const typed = ["extend", "a", "ftp://reader:se cret@h/$&", "me:se@cr et@h"];
  assert.equal(
    redactUrls('2 arguments: a, ftp://reader:se cret@h/$&, and "me:se@cr et@h" of b:c', typed),
    '2 arguments: a, ftp://reader:***@h/$&, and "me:***@h" of b:c',
  );
});

test("hides the password of every URL in a text, and nothing else of it", () => {
  for (const [text, expected] of [
    [
      'no dataset "ftp://reader:se@cret@h/x"; there are: a',
      'no dataset "ftp://reader:***@h/x"; there are: a',
    ],
    ["--sorce=ftp://a:b@h, ftps://c:d@h/e", "--sorce=ftp://a:***@h, ftps://c:***@h/e"],
    ["ftp://h:21/a: 530 to bob@example.org", "ftp://h:21/a: 530 to bob@example.org"],
    ["gs://bucket/a and ftp://reader@h/a", "gs://bucket/a and ftp://reader@h/a"],
  ] as const)
    assert.equal(redactUrls(text), expected);
});
