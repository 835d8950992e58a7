import assert from "node:assert/strict";
import { test } from "node:test";
import { strikerOf } from "../../../../shared/source/secrets/secret.ts";

const struck = (secret: string, text: string) => strikerOf(secret)(text);

test("a secret is struck out wherever it stands, however often", () => {
  assert.equal(struck("hush-hush", "530 hush-hush is wrong, hush-hush!"), "530 *** is wrong, ***!");
  assert.equal(struck("hush-hush", "PASShush-hushed"), "PASS***ed");
  assert.equal(struck("hush-hush", "530 hush hush"), "530 hush hush");
});

test("it is struck out in upper and lower case, and percent-encoded in whole or in part, in either case", () => {
  const secret = "s3cret@:/ wörd";
  for (const written of [
    secret,
    secret.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    "s3cret%40%3A%2f w%C3%b6rd",
    "s3cret@:/+w%C3%B6rd",
    "%73%33%63%72%65%74%40%3a%2f%20%77%c3%b6%72%64",
  ])
    assert.equal(struck(secret, `<${written}>`), "<***>", written);
});

test("it is struck out escaped as in JSON, and with quotes doubled", () => {
  for (const secret of ['hush@:/ Hush"\\q', '"\\"\\', "it's hush", "wörd 😀"]) {
    for (const written of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
      secret.replaceAll('"', '""').replaceAll("'", "''"),
      secret.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
      secret.replaceAll('"', "\\u0022"),
      encodeURIComponent(secret),
    ])
      assert.equal(struck(secret, `<${written}>`), "<***>", written);
  }
});

test("what means something in a pattern is a character like any other", () => {
  for (const secret of [".*+?^$(){}|[]\\", "a.c-", "100%", "%25%25", "$&$1"]) {
    assert.equal(struck(secret, `<${secret}>`), "<***>");
    assert.equal(struck(secret, `<${encodeURIComponent(secret)}>`), "<***>");
  }
  assert.equal(struck("a.c-", "abc-"), "abc-");
});

test("one of up to three characters is struck out as a word, or no text would be left", () => {
  assert.equal(struck("a", "PASS a: a bad password"), "PASS ***: *** bad password");
  assert.equal(struck("21", "530 21 is wrong on 2021"), "530 *** is wrong on 2021");
  assert.equal(struck("", "530 wrong"), "530 wrong");
});

test("a long text of what the secret is made of is soon searched", () => {
  const text = "%2525".repeat(20_000);
  assert.equal(struck("%".repeat(50), text).includes("%"), true);
  for (const quotes of ["\\", '"', '\\"']) {
    const other = `${quotes.repeat(40)}x`.repeat(2000);
    assert.equal(struck(quotes.repeat(50), other), other);
    assert.equal(struck(`${"a\\".repeat(50)}!`, "a\\\\".repeat(20_000)).includes("*"), false);
  }
});
