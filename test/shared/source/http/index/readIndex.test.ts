import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SourceError } from "../../../../../shared/errors.ts";
import { readIndex } from "../../../../../shared/source/http/index/readIndex.ts";
import { type IndexEntry, indexKinds, indexPage, indexTraits } from "../../../../support/indexPages.ts";

const modifiedAt = Date.UTC(2026, 10, 28, 9, 12, 33);
const file = (name: string, sizeBytes = 1_036_053): IndexEntry => ({
  name,
  kind: "file",
  sizeBytes,
  modifiedAt,
});
const directory = (name: string): IndexEntry => ({ name, kind: "directory", sizeBytes: 4096, modifiedAt });
const longName = `MRMS_PrecipRate_00.00_20261128-091200-and-more-than-any-server-shows-of-it.grib2.gz`;
const names = [
  longName,
  "a b.nc",
  "a:b.nc",
  "q?x#y&z%41;<b>\"q'.nc",
  "größe.nc",
  "+plus~.nc",
  ".hidden.nc",
  "[br]{c}|\\^`.nc",
  "20261128",
];
const entries = [
  directory("2025"),
  directory("with space"),
  ...names.map((name) => file(name)),
  file("zero.nc", 0),
];

function read(text: string, path = "/data/2026/", namesMax = 1000) {
  const url = new URL(path, "http://host");
  return readIndex(new TextEncoder().encode(text), {
    url,
    place: `http://host${path}`,
    strike: (said) => said,
    namesMax,
  });
}

for (const kind of indexKinds) {
  describe(`an index of ${kind}`, () => {
    const { text } = indexPage(kind, "/data/2026/", entries);
    const traits = indexTraits[kind];

    test("names its files and directories, however they are shown", () => {
      const { files, directories } = read(text);
      assert.deepEqual(files.map(({ name }) => name).sort(), [...names, "zero.nc"].sort());
      assert.deepEqual(directories, ["2025", "with space"]);
    });

    test("tells sizes where they are exact, and instants where their zone is told", () => {
      const { files } = read(text);
      for (const { name, sizeBytes, modifiedAt: at, version } of files) {
        assert.equal(sizeBytes, traits.size ? (name === "zero.nc" ? 0 : 1_036_053) : undefined, name);
        assert.equal(at, traits.instant ? modifiedAt : undefined);
        assert.equal(version !== "", traits.text, version);
      }
    });

    test("says something else of a file of another date, and nothing else of the others", () => {
      const later = entries.map((one) =>
        one.name === "20261128" ? { ...one, modifiedAt: modifiedAt + 60_000 } : one,
      );
      const versions = (page: string) =>
        new Map(read(page).files.map(({ name, version }) => [name, version]));
      const [before, after] = [versions(text), versions(indexPage(kind, "/data/2026/", later).text)];
      for (const [name, version] of before) {
        const isOther = traits.text && name === "20261128";
        assert.equal(after.get(name) !== version, isOther, name);
      }
    });

    test("is empty where it names nothing, also at the root", () => {
      assert.deepEqual(read(indexPage(kind, "/data/2026/", []).text), { files: [], directories: [] });
      assert.deepEqual(
        read(indexPage(kind, "/", [file("a.nc")]).text, "/").files.map(({ name }) => name),
        ["a.nc"],
      );
    });

    test("is refused wherever it is cut", () => {
      const end = text.trimEnd().length;
      for (let at = 0; at < end; at += Math.max(1, Math.floor(end / 500)))
        assert.throws(
          () => read(text.slice(0, at)),
          { name: "SourceError", fault: "listing" },
          `cut at ${at} of ${end}`,
        );
    });

    test("is refused beyond so many names", () => {
      assert.equal(read(text, "/data/2026/", entries.length).files.length, names.length + 1);
      assert.throws(() => read(text, "/data/2026/", entries.length - 1), /names more than 11 files/);
    });
  });
}

describe("an index", () => {
  const page = (list: string, title = "Index of /data/2026/") =>
    `<html><head><title>${title}</title></head><body>${list}</body></html>`;
  const namesIn = (list: string) => read(page(list)).files.map(({ name }) => name);

  test("counts only links to one segment below it, on the same server", () => {
    const links = [
      "../x.nc",
      "/data/x.nc",
      "/data/2026/own.nc",
      "sub/x.nc",
      "http://host/data/2026/whole.nc",
      "https://host/data/2026/x.nc",
      "//other/data/2026/x.nc",
      "x.nc?download=1",
      "x.nc#top",
      "mailto:x@y.z",
      "%2e%2e",
      "a%2Fb.nc",
      "%ff.nc",
      "%zz.nc",
      "a%00.nc",
      "a\tb.nc",
      "",
      ".",
    ];
    assert.deepEqual(
      namesIn(`<ul>${links.map((link) => `<li><a href="${link}">x</a></li>`).join("")}</ul>`),
      ["own.nc", "whole.nc"],
    );
  });

  test("compares its own path as it is meant, not as it is written", () => {
    const { files } = read(page('<ul><li><a href="/data%20dir/%61/x.nc">x.nc</a></li></ul>'), "/data dir/a/");
    assert.deepEqual(
      files.map(({ name }) => name),
      ["x.nc"],
    );
  });

  test("is read whatever its tags look like", () => {
    const list =
      "<PRE><A class=x HREF = 'a&amp;b.nc' >text</A>  28-Nov-2026 09:12  5\n<a title='>' href=plain.nc>t</a> <!-- <a href=\"no.nc\"> --><script>'<a href=\"no.nc\">'</script>\n</PRE>";
    const { files } = read(page(list));
    assert.deepEqual(files, [
      { name: "a&b.nc", version: "28-Nov-2026 09:12 5", sizeBytes: 5 },
      { name: "plain.nc", version: "" },
    ]);
  });

  test("takes a file for one where icon and name both link to it", () => {
    const row = '<img> <a href="a.nc"><img></a> <a href="a.nc">a.nc</a>  2026-11-28 09:12  1.0M\n';
    assert.deepEqual(read(page(`<pre>${row}</pre>`)).files, [
      { name: "a.nc", version: "2026-11-28 09:12 1.0M" },
    ]);
  });

  test("tells nothing but the names where several files stand in one row", () => {
    const { files } = read(
      page('<pre><a href="a.nc">a</a> 28-Nov-2026 09:12 5 <a href="b.nc">b</a> 28-Nov-2026 09:13 6</pre>'),
    );
    assert.deepEqual(files, [
      { name: "a.nc", version: "" },
      { name: "b.nc", version: "" },
    ]);
  });

  test("has no size where that is rounded, and no version where no date is", () => {
    const listed = (text: string) => read(page(`<pre><a href="a.nc">a</a> ${text}\n</pre>`)).files[0];
    assert.deepEqual(listed("28-Nov-2026 09:12 1012K"), { name: "a.nc", version: "28-Nov-2026 09:12 1012K" });
    assert.deepEqual(listed("2026-11-28 09:12 512"), { name: "a.nc", version: "2026-11-28 09:12 512" });
    assert.deepEqual(listed("1.0M"), { name: "a.nc", version: "" });
    assert.deepEqual(listed("a note of 2016"), { name: "a.nc", version: "" });
  });

  test("tells neither size nor instant of a symbolic link, of which Caddy says those of the link", () => {
    const json = JSON.stringify([
      {
        name: "a.nc",
        size: 9,
        url: "./a.nc",
        mod_time: "2026-11-28T09:12:33Z",
        mode: 1,
        is_dir: false,
        is_symlink: true,
      },
    ]);
    assert.deepEqual(read(json).files, [{ name: "a.nc", version: "2026-11-28T09:12:33Z 9" }]);
    const shortcut = indexPage("caddy", "/data/2026/", [file("a.nc", 9)]).text.replace(
      "#file",
      "#file-shortcut",
    );
    assert.deepEqual(read(shortcut).files, [{ name: "a.nc", version: "2026-11-28T09:12:33Z 9" }]);
  });
});

describe("what is no index is refused", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(
      () => read(text),
      (error) => error instanceof SourceError && error.fault === "listing" && message.test(error.message),
    );

  test("a page for people, with its title", () => {
    refused(
      "<!DOCTYPE html><html><head><title> Earthdata\n Login </title></head><body><ul><li><a href='/'>Home</a></li><li><a href='forgot'>Forgot?</a></li></ul></body></html>",
      /no index of a directory, but another page titled "Earthdata Login"$/,
    );
    refused(
      "<html><body><h1>404 Not Found</h1></body></html>",
      /another page titled "404 Not Found"$|another page$/,
    );
    refused("<html><head><title>Index of /</title></head><body>soon</body></html>", /no index/);
  });

  test("a page that only names what is elsewhere, as of a server that knows itself by another name", () => {
    refused(
      "<html><title>Index of /data/2026/</title><pre><a href='/inner/2026/a.nc'>a.nc</a>\n</pre></html>",
      /only files of another place, as "a.nc"/,
    );
    refused(
      "<html><title>Index of /data/2026/</title><pre><a href='http://inner/data/2026/a.nc'>a.nc</a>\n<a href='sub/'>sub/</a>\n</pre></html>",
      /only files of another place, as "a.nc"/,
    );
  });

  test("other JSON, and nothing at all", () => {
    for (const text of [
      "{}",
      "null",
      '{"error":"no"}',
      "[1]",
      "[null]",
      '[{"name":"a"}]',
      '[{"name":"a","type":"file","mtime":"x","size":"1"}]',
      '[{"name":"a","type":"file","mtime":"x","size":-1}]',
      '[{"name":"a","type":"socket","mtime":"x"}]',
      '[{"name":1,"is_dir":false,"mod_time":"x","size":1}]',
    ])
      refused(text, /is JSON/);
    refused('[{"name":"a"', /no JSON, or cut short/);
    refused("", /is empty/);
    refused(" \n ", /is empty/);
    refused("just text", /no JSON/);
  });
});
