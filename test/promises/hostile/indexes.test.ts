/**
 * Hostile index pages and catalogs: whatever a server lists, what comes of it are plain names with possible sizes and dates, all of
 * those that were listed and no others, or a `SourceError` of fault `listing`; and nothing outside the base URL is ever asked for.
 * 20,300 cases.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { SourceError } from "../../../shared/errors.ts";
import type { DirectoryListing } from "../../../shared/source/http/index/gathering.ts";
import { readIndex } from "../../../shared/source/http/index/readIndex.ts";
import { readCatalog } from "../../../shared/source/http/thredds.ts";
import { quickSource } from "../../shared/source/http/quickSource.ts";
import { assertUnpolluted, outcomeOf, playCases } from "../../support/hostileCases.ts";
import { byteEdits, editedBytes, hostileTexts } from "../../support/hostileEdits.ts";
import { type HttpServer, startHttpServer } from "../../support/httpServer.ts";
import { type IndexEntry, indexKinds, indexPage } from "../../support/indexPages.ts";
import { catalogPage } from "../../support/threddsCatalog.ts";
import { neverAborted } from "../../support/tinyWorld.ts";

const kinds = [...indexKinds, "thredds"] as const;
type Kind = (typeof kinds)[number];

const markup = [
  "</pre>",
  "</table></html>",
  '"><a href="evil.nc">',
  "<!--",
  "&lt;&amp;&#47;",
  "%2e%2e",
  "%2Fetc",
  "?C=N;O=D",
  "x?y#z",
  "[To Parent Directory]",
  "28-Nov-2026 09:12 5",
  "a:b",
  "//evil.host/x",
  "http://evil.host/x",
  "]]>",
  "a\\b",
  " blanks ",
  "..nc",
];
const names = fc
  .oneof(
    fc.constantFrom(...hostileTexts, ...markup, "granule.nc", "y".repeat(3000)),
    fc.string({ unit: "binary", maxLength: 12 }),
  )
  .filter((name) => name.isWellFormed());
const entries: fc.Arbitrary<IndexEntry[]> = fc.uniqueArray(
  fc.record({
    name: names,
    kind: fc.constantFrom("file", "file", "file", "directory"),
    sizeBytes: fc.oneof(fc.nat(), fc.constantFrom(0, 972, 973, Number.MAX_SAFE_INTEGER)),
    modifiedAt: fc.oneof(
      fc.nat({ max: 4_000_000 }).map((minutes) => minutes * 60_000 + 1000),
      fc.constantFrom(1000, Date.UTC(9999, 11, 31)),
    ),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
);

/** A catalog names paths, in which a slash leads to another directory. */
function written(kind: Kind, all: readonly IndexEntry[]): Uint8Array {
  const listed = kind === "thredds" ? all.filter(({ name }) => !name.includes("/")) : all;
  const text =
    kind === "thredds" ? catalogPage("base/dir", listed) : indexPage(kind, "/base/dir/", listed).text;
  return new TextEncoder().encode(text);
}

function read(kind: Kind, bytes: Uint8Array, namesMax = 1000): DirectoryListing {
  const strike = (text: string) => text;
  if (kind !== "thredds")
    return readIndex(bytes, {
      url: new URL("http://host/base/dir/"),
      place: "http://host/base/dir/",
      namesMax,
      strike,
    });
  const url = new URL("http://host/thredds/catalog/base/dir/catalog.xml");
  return readCatalog(bytes, { url, place: "http://host/base/dir/", namesMax, strike });
}

/** A name that is one file in the directory, and nothing else on any system. */
function isPlain(name: string): boolean {
  const hasOdd = [...name].some(
    (character) => character < " " || (character >= "\x7f" && character < "\xa0"),
  );
  return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !hasOdd;
}

function assertPlain({ files, directories }: DirectoryListing): void {
  for (const name of directories) assert.ok(isPlain(name), `the directory ${JSON.stringify(name)}`);
  for (const { name, sizeBytes, version, modifiedAt } of files) {
    assert.ok(isPlain(name), `the name ${JSON.stringify(name)}`);
    if (sizeBytes !== undefined)
      assert.ok(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, `${sizeBytes} bytes`);
    assert.ok(version.length <= 400 && !version.startsWith('"'), `the version ${version}`);
    if (modifiedAt !== undefined)
      assert.ok(
        Number.isInteger(modifiedAt) && modifiedAt > 0 && modifiedAt < Date.UTC(10_000, 0),
        `${modifiedAt}`,
      );
  }
}

function assertListing(error: Error): void {
  assert.ok(error instanceof SourceError);
  assert.equal(error.fault, "listing");
  assert.ok(error.message.length < 700, "a message of bounded length");
}

/** All that was listed, with the sizes that it has wherever any is told. */
function assertExact(
  { files, directories }: DirectoryListing,
  given: readonly IndexEntry[],
  kind: Kind,
): void {
  const plain = (wanted: IndexEntry["kind"]) =>
    given
      .filter((one) => one.kind === wanted && isPlain(one.name))
      .map(({ name }) => name)
      .sort();
  assert.deepEqual(files.map(({ name }) => name).sort(), plain("file"));
  // Catalogs are led to by paths, in which these mean something else.
  if (kind !== "thredds") assert.deepEqual([...directories].sort(), plain("directory"));
  for (const { name, sizeBytes, modifiedAt } of files) {
    const own = given.find((one) => one.name === name);
    if (sizeBytes !== undefined) assert.equal(sizeBytes, own?.sizeBytes);
    if (modifiedAt !== undefined) assert.equal(modifiedAt, own?.modifiedAt);
  }
}

describe("the grammars of index pages", () => {
  test("name all that is listed, whatever it is called, and nothing else", async (t) => {
    await playCases(t, 8000, fc.tuple(fc.constantFrom(...kinds), entries), ([kind, given]) => {
      const listing = read(kind, written(kind, given));
      assertPlain(listing);
      assertExact(listing, given, kind);
    });
    assertUnpolluted();
  });

  test("refuse what is cut, or name all of it all the same", async (t) => {
    const cases = fc.tuple(fc.constantFrom(...kinds), entries, fc.nat({ max: 1_000_000 }));
    await playCases(t, 4000, cases, async ([kind, given, millionths]) => {
      const bytes = written(kind, given);
      const cut = bytes.subarray(0, Math.floor((bytes.length * millionths) / 1_000_000));
      const found = await outcomeOf(() => read(kind, cut), SourceError);
      if ("error" in found) assertListing(found.error);
      else assertExact(found.result, given, kind);
    });
  });

  test("give plain names or a refusal, whatever is written between", async (t) => {
    const cases = fc.tuple(fc.constantFrom(...kinds), entries, byteEdits, fc.constantFrom(2, 1000));
    await playCases(t, 8000, cases, async ([kind, given, edits, namesMax]) => {
      const found = await outcomeOf(
        () => read(kind, editedBytes(written(kind, given), edits), namesMax),
        SourceError,
      );
      if ("error" in found) return assertListing(found.error);
      assertPlain(found.result);
      assert.ok(found.result.files.length + found.result.directories.length <= namesMax);
    });
    assertUnpolluted();
  });
});

test("a page as long as a listing may be is soon understood, whatever it is made of", () => {
  const head = "<html><title>Index of /</title><pre>";
  for (const begin of [
    "",
    head,
    `${head}<a `,
    `${head}<a href="`,
    `${head}<a href=x>`,
    "[",
    "[{",
    "<catalog>",
    "<catalog><dataset ",
  ]) {
    for (const part of [
      "<",
      "<a ",
      "<a href=x>",
      "<a href=",
      "='",
      '"',
      "&",
      "&#",
      " ",
      "\n",
      "=",
      "/",
      "a=",
      "<!--",
      "<pre>",
      "</pre>",
      "<script>",
      "<title>",
      "<td data-order=1>",
      "../",
      "[",
      "{",
      "<dataset>",
      "&amp;",
    ]) {
      const bytes = new TextEncoder().encode(begin + part.repeat(1_000_000 / part.length));
      for (const kind of begin.startsWith("<catalog") ? (["thredds"] as const) : (["nginx"] as const)) {
        try {
          assertPlain(read(kind, bytes, 10));
        } catch (error) {
          assertListing(error as Error);
        }
      }
    }
  }
});

describe("a server that lists what it likes", () => {
  let server: HttpServer;
  before(async () => {
    server = await startHttpServer();
  });
  after(() => server.close());

  test("is asked for nothing outside the base URL", async (t) => {
    const source = quickSource({ url: `${server.url}base/`, http: { attemptsMax: 1 } });
    t.after(() => source.close());
    const options = { directoriesMax: 2, pathsMax: 2, callsAtOnceMax: 2, isWantable: () => false };
    const cases = fc.tuple(fc.constantFrom(...indexKinds), entries, byteEdits);
    await playCases(t, 300, cases, async ([kind, given, edits]) => {
      server.always("base/dir/", {
        kind: "answer",
        status: 200,
        body: editedBytes(written(kind, given), edits),
      });
      const wanted = given
        .filter(({ name }) => isPlain(name))
        .map(({ name }) => ({ paths: [`dir/${name}`] }));
      const search = source.search(options);
      const found = await outcomeOf(
        () => search.find([...wanted, { paths: ["dir/granule.nc"] }], neverAborted),
        SourceError,
      );
      if ("error" in found) return assertListing(found.error);
      await search.report(true, neverAborted);
      for (const one of found.result) assert.ok(one === undefined || one.file.path.startsWith("dir/"));
    });
    assert.ok(server.requests.every(({ path, method }) => method === "GET" && path === "/base/dir/"));
  });
});
