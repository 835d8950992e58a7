import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { type Cookies, createCookies } from "../../../../../shared/source/http/core/cookies.ts";

const limits = { cookiesMax: 3, cookieCharactersMax: 20 };
const start = Date.UTC(2026, 11, 1);
const at = (url: string) => new URL(url);
const login = at("https://data.example/account/login?code=1");

describe("cookies", () => {
  let now = start;
  let cookies: Cookies;
  beforeEach(() => {
    now = start;
    cookies = createCookies(limits, () => now);
  });

  test("go back to the host that set them, whatever domain they name", () => {
    cookies.note(login, ["a=1; Path=/; Domain=.example", "b=2; path=/"]);
    assert.equal(cookies.headerFor(at("https://data.example/x")), "a=1; b=2");
    for (const url of [
      "https://other.example/",
      "https://example/",
      "https://x.data.example/",
      "https://data.example:8443/",
    ])
      assert.equal(cookies.headerFor(at(url)), "");
  });

  test("go to paths below theirs, the deepest first, else below that of the page that set them", () => {
    cookies.note(login, ["a=1; Path=/", "b=2; Path=/data/", "c=3"]);
    assert.equal(cookies.headerFor(at("https://data.example/data/x")), "b=2; a=1");
    assert.equal(cookies.headerFor(at("https://data.example/account/x")), "c=3; a=1");
    assert.equal(cookies.headerFor(at("https://data.example/accounts")), "a=1");
    assert.equal(cookies.headerFor(at("https://data.example/account")), "c=3; a=1");
  });

  test("go over TLS only where they are for that", () => {
    cookies.note(login, ["a=1; Path=/; Secure", "b=2; Path=/"]);
    assert.equal(cookies.headerFor(at("https://data.example/")), "a=1; b=2");
    cookies.note(at("http://plain.example/"), ["b=2"]);
    assert.equal(cookies.headerFor(at("http://plain.example/")), "b=2");
    cookies.note(at("http://plain.example/"), ["b=3; secure"]);
    assert.equal(cookies.headerFor(at("http://plain.example/")), "");
  });

  test("are replaced, end in their time, and are taken back", () => {
    cookies.note(login, ["a=1; Path=/; Max-Age=10", "b=2; Path=/; Expires=Tue, 01 Dec 2026 00:00:20 GMT"]);
    cookies.note(login, ["a=3; Path=/; Max-Age=15; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
    now += 12_000;
    assert.equal(cookies.headerFor(at("https://data.example/")), "b=2; a=3");
    now += 4000;
    assert.equal(cookies.headerFor(at("https://data.example/")), "b=2");
    cookies.note(login, ["b=; Path=/; Max-Age=0"]);
    assert.equal(cookies.headerFor(at("https://data.example/")), "");
  });

  test("are as many as the limit, the last ones, and none that is too long or cannot be read", () => {
    cookies.note(login, [
      "a=1; Path=/",
      "b=2; Path=/",
      "c=3; Path=/",
      "d=4; Path=/",
      `e=${"x".repeat(20)}; Path=/`,
    ]);
    cookies.note(login, ["", ";", "=x", "none", "; Path=/"]);
    assert.equal(cookies.headerFor(at("https://data.example/")), "b=2; c=3; d=4");
  });
});
