/** What an HTTP source finds and fetches, and what it makes of servers that do not answer as they should. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { KnownFile, SearchOptions, Source, SourceFile } from "../../../../shared/source/source.ts";
import { assertBytes, patternBytes } from "../../../../shared/testing/files.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { redirect } from "../../../support/httpReactions.ts";
import { type HttpServerOptions, startHttpServer } from "../../../support/httpServer.ts";
import { indexPage } from "../../../support/indexPages.ts";
import { type IndexServerOptions, startIndexServer } from "../../../support/indexServer.ts";
import { catalogPage } from "../../../support/threddsCatalog.ts";
import { quickSource } from "./quickSource.ts";

const modifiedAt = Date.UTC(2026, 10, 28, 9, 12, 33);
const bytes = patternBytes(1000);
const options: SearchOptions = {
  directoriesMax: 10,
  pathsMax: 10,
  callsAtOnceMax: 4,
  isWantable: () => false,
};
const nothingKnown: SourceFile = { path: "a.bin", sizeBytes: null, version: "", modifiedAt: null };

async function found(source: Source, path: string, known?: KnownFile) {
  const wanted = { paths: [path], isChecked: true, ...(known && { known }) };
  return (await source.search(options).find([wanted], neverAborted))[0];
}

async function fetched(source: Source, file: SourceFile = nothingKnown) {
  const { bytes: read, ...told } = await source.fetch(file, neverAborted);
  return { ...told, bytes: await read(100_000) };
}

async function indexed(t: TestContext, given: Partial<IndexServerOptions> = {}) {
  const server = await startIndexServer({
    kind: "nginx",
    files: { "2026/a.bin": { bytes, modifiedAt } },
    ...given,
  });
  const listing = server.base.includes("thredds") ? "thredds" : given.kind === "none" ? "none" : "index";
  const source = quickSource({ url: server.base, listing });
  t.after(() => Promise.all([source.close(), server.close()]));
  return { server, source, path: `${server.filesPath}2026/a.bin` };
}

/** A server for the file `a.bin` and whatever it answers instead. */
async function served(t: TestContext, given: HttpServerOptions = {}, listing: "index" | "none" = "none") {
  const server = await startHttpServer({ files: { "a.bin": { bytes, modifiedAt, etag: '"1"' } }, ...given });
  const source = quickSource({ url: server.url, listing });
  t.after(() => Promise.all([source.close(), server.close()]));
  return { server, source };
}

describe("a file of an index", () => {
  test("has its ETag and the index's text for a version, and what it is known by costs no more than the index", async (t) => {
    const { server, source } = await indexed(t);
    const file = (await found(source, "2026/a.bin"))?.file ?? assert.fail("it is there");
    assert.equal(file.version, "28-Nov-2026 09:12 1000");
    const { bytes: came, ...told } = await fetched(source, file);
    assertBytes(came ?? assert.fail("bytes came"), bytes);
    const etag = `"${modifiedAt.toString(16)}-3e8"`;
    assert.deepEqual(told, { version: `${etag} 28-Nov-2026 09:12 1000`, modifiedAt, sizeBytes: 1000 });
    const asked = server.count();
    const again = await found(source, "2026/a.bin", { ...file, ...told });
    assert.deepEqual([again?.isKnown, again?.news, server.count() - asked], [true, undefined, 1]);
    assert.equal(
      server.requests.every(({ method, target }) => method === "GET" && target !== "/base/2026"),
      true,
    );
  });

  test("that is listed otherwise is asked about, and is known by its ETag, or else its date", async (t) => {
    const { server, source, path } = await indexed(t);
    const known = { path: "2026/a.bin", sizeBytes: 1000, modifiedAt, version: '"1" 27-Nov-2026 09:12 1000' };
    const version = (etag: string) => `${etag} 28-Nov-2026 09:12 1000`;
    const head = (etag: string, at: number) => {
      const headers = { etag, "last-modified": new Date(at).toUTCString(), "content-length": "1000" };
      server.order(path, { kind: "answer", status: 200, headers, body: bytes });
    };
    head('W/"1"', modifiedAt + 1000);
    const touched = await found(source, "2026/a.bin", known);
    assert.deepEqual(
      [touched?.isKnown, touched?.news],
      [true, { version: version('W/"1"'), modifiedAt: modifiedAt + 1000 }],
    );
    head('"of another server"', modifiedAt);
    const balanced = await found(source, "2026/a.bin", known);
    assert.deepEqual(
      [balanced?.isKnown, balanced?.news],
      [true, { version: version('"of another server"'), modifiedAt }],
    );
    head('"2"', modifiedAt + 1000);
    const replaced = await found(source, "2026/a.bin", known);
    assert.equal(replaced?.isKnown, false);
    assert.deepEqual(replaced?.file, {
      path: "2026/a.bin",
      sizeBytes: 1000,
      version: version('"2"'),
      modifiedAt: modifiedAt + 1000,
    });
    head('"2"', modifiedAt);
    assert.equal((await found(source, "2026/a.bin", { ...known, sizeBytes: 999 }))?.isKnown, false);
    assert.equal(server.requests.filter(({ method }) => method === "HEAD").length, 3);
  });

  test("that nothing but the index tells of is known by its text, or where that has none by its size", async (t) => {
    const lighttpd = await indexed(t, { kind: "lighttpd", isVersioned: false });
    const file = (await found(lighttpd.source, "2026/a.bin"))?.file ?? assert.fail("it is there");
    const known = { ...file, sizeBytes: 1000 };
    assert.equal((await found(lighttpd.source, "2026/a.bin", known))?.isKnown, true);
    lighttpd.server.put("2026/a.bin", { bytes, modifiedAt: modifiedAt + 1000 });
    assert.equal((await found(lighttpd.source, "2026/a.bin", known))?.isKnown, false);
    const plain = await indexed(t, { kind: "apachePlain", isVersioned: false });
    assert.equal(
      (await found(plain.source, "2026/a.bin", { ...nothingKnown, path: "2026/a.bin", sizeBytes: 1000 }))
        ?.isKnown,
      true,
    );
    assert.equal(
      (await found(plain.source, "2026/a.bin", { ...nothingKnown, path: "2026/a.bin", sizeBytes: 999 }))
        ?.isKnown,
      false,
    );
  });

  test("that was ingested in the very minute of its date is asked about where the text tells no seconds", async (t) => {
    const { server, source } = await indexed(t);
    const file = (await found(source, "2026/a.bin"))?.file ?? assert.fail("it is there");
    const { bytes: came, ...told } = await fetched(source, file);
    const known = { ...file, ...told, sizeBytes: came?.length ?? 0, ingestedAt: modifiedAt + 10_000 };
    assert.equal((await found(source, "2026/a.bin", known))?.isKnown, true);
    const later = Date.UTC(2026, 10, 28, 9, 12, 50);
    server.put("2026/a.bin", { bytes: patternBytes(1000, 7), modifiedAt: later });
    const next = await found(source, "2026/a.bin", known);
    assert.deepEqual([next?.file.version.endsWith(" 28-Nov-2026 09:12 1000"), next?.isKnown], [true, false]);
    // Later on nobody can have replaced it unnoticed.
    const asked = server.count();
    await found(source, "2026/a.bin", { ...known, ingestedAt: modifiedAt + 120_000 });
    assert.equal(server.count() - asked, 1);
  });

  test("that is replaced after it was listed comes as it is then, and says so", async (t) => {
    const { server, source } = await indexed(t);
    const file = (await found(source, "2026/a.bin"))?.file ?? assert.fail("it is there");
    const later = { bytes: patternBytes(1200, 7), modifiedAt: modifiedAt + 60_000 };
    server.put("2026/a.bin", later);
    const { bytes: came, ...told } = await fetched(source, file);
    assertBytes(came ?? assert.fail("bytes came"), later.bytes);
    assert.deepEqual([told.modifiedAt, told.sizeBytes], [later.modifiedAt, 1200]);
    const next = await found(source, "2026/a.bin", { ...file, ...told });
    assert.equal(next?.isKnown, true, "its ETag is that of what came");
  });

  test("may have any name", async (t) => {
    const names = ["q?x#y&z%41;<b>\"q'.bin", "größe ü.bin", "a:b.bin", "+plus~.bin", "100%.bin"];
    const files = Object.fromEntries(names.map((name) => [`2026/${name}`, { bytes, modifiedAt }]));
    const { source } = await indexed(t, { files, kind: "apacheFancy" });
    for (const name of names) {
      const file = (await found(source, `2026/${name}`))?.file ?? assert.fail(name);
      assertBytes((await fetched(source, file)).bytes, bytes);
    }
    await assert.rejects(found(source, "../outside/a.bin"), { tag: "usage" });
    await assert.rejects(fetched(source, { ...nothingKnown, path: "2026/../../a.bin" }), { tag: "usage" });
  });
});

describe("a directory", () => {
  test("that is not there holds nothing; one that nobody may list is refused, with what to do", async (t) => {
    const { source, server } = await served(t, {}, "index");
    assert.equal(await found(source, "none/a.bin"), undefined);
    server.order("2026/", { kind: "answer", status: 403 });
    await assert.rejects(found(source, "2026/a.bin"), {
      fault: "refused",
      message: /2026\/: the server answered 403 .*listing "none"/,
    });
  });

  test("whose page is no index is refused, with its title, and so is one of another directory", async (t) => {
    const { source, server } = await served(t, {}, "index");
    const login = "<html><title>Earthdata Login</title><form></form></html>";
    server.order("2026/", { kind: "answer", status: 200, body: login });
    await assert.rejects(found(source, "2026/a.bin"), {
      fault: "listing",
      message: /2026\/: the listing is no index .*"Earthdata Login"/,
    });
    const entries = [{ name: "a.bin", kind: "file", sizeBytes: 5, modifiedAt }] as const;
    server.always("", { kind: "answer", status: 200, body: indexPage("nginx", "/", entries).text });
    server.order("2026/", redirect("/"));
    await assert.rejects(found(source, "2026/a.bin"), {
      fault: "listing",
      message: /is that of another directory: the server led to http:\/\/127.0.0.1:\d+\/$/,
    });
  });

  for (const listing of ["index", "thredds"] as const)
    test(`of another year is not taken for this one's by ${listing}, though its last name is the same`, async (t) => {
      const { server } = await served(t);
      const source = quickSource({ url: server.url, listing });
      t.after(() => source.close());
      const page = listing === "index" ? "" : "catalog.xml";
      server.always(`2027/01/${page}`, redirect(`/2026/01/${page}`));
      const entries = [{ name: "a.bin", kind: "file", sizeBytes: 5, modifiedAt }] as const;
      const body =
        listing === "index" ? indexPage("nginx", "/2026/01/", entries).text : catalogPage("2026/01", entries);
      server.always(`2026/01/${page}`, { kind: "answer", status: 200, body });
      await assert.rejects(found(source, "2027/01/a.bin"), {
        fault: "listing",
        message: /2027\/01\/.* is that of another directory: the server led to .*\/2026\/01\//,
      });
    });

  test("is read where a redirect leads, by links that are meant from there", async (t) => {
    const { source, server } = await served(t, {}, "index");
    const entries = [{ name: "a.bin", kind: "file", sizeBytes: 5, modifiedAt }] as const;
    server.order("2026/", redirect("/moved/2026/"));
    server.order("moved/2026/", {
      kind: "answer",
      status: 200,
      body: indexPage("iis", "/moved/2026/", entries).text,
    });
    assert.equal((await found(source, "2026/a.bin"))?.file.sizeBytes, 5);
  });

  test("is refused beyond the limits, and asked for as JSON where there is any", async (t) => {
    const { server } = await indexed(t);
    const find = (limits: object) => {
      const source = quickSource({ url: server.base, limits });
      t.after(() => source.close());
      return found(source, "2026/a.bin");
    };
    await assert.rejects(find({ listingBytesMax: 100 }), {
      tag: "source",
      fault: "listing",
      message: /larger than 100 bytes/,
    });
    await assert.rejects(find({ listingFilesMax: 0 }), {
      tag: "source",
      fault: "listing",
      message: /more than 0 files/,
    });
    assert.match(server.requests[0]?.headers.accept ?? "", /^application\/json, text\/html/);
  });

  test("shows no password that the server repeats in a name", async (t) => {
    const files = { "2026/granule-hunter2.bin": { bytes, modifiedAt } };
    const server = await startIndexServer({ kind: "nginx", files });
    const source = quickSource({ url: server.base.replace("//", "//reader:hunter2@") });
    t.after(() => Promise.all([source.close(), server.close()]));
    const search = source.search({ ...options, isWantable: () => false });
    await search.find([{ paths: ["2026/granule-1.bin"] }], neverAborted);
    assert.equal((await search.report(true, neverAborted)).nearest, "2026/granule-***.bin");
    assert.equal(server.requests[0]?.headers.authorization, `Basic ${btoa("reader:hunter2")}`);
  });
});

describe("a file", () => {
  test("arrives as it is stored, also where the server calls it compressed", async (t) => {
    const stored = gzipSync(bytes);
    const headers = { "content-encoding": "x-gzip" };
    const { source } = await served(t, { files: { "a.bin": { bytes: stored, headers } } });
    assertBytes((await fetched(source)).bytes, stored);
  });

  for (const [what, status, type, body, message] of [
    [
      "a page",
      200,
      "text/html",
      "\n<!DOCTYPE html><html><head><title>Not\n found</title>",
      /a page titled "Not found" instead of the file/,
    ],
    [
      "a page that is called nothing",
      200,
      "application/octet-stream",
      "<html><body>no</body></html>",
      /a page of HTML instead/,
    ],
    ["a part of a page", 200, "text/html; charset=utf-8", "<h1>Please log in</h1>", /a page of HTML instead/],
    ["XML", 200, "text/xml", '<?xml version="1.0"?><ServiceExceptionReport/>', /XML instead/],
    ["an error of a bucket", 200, "text/plain", "<Error><Code>NoSuchKey</Code></Error>", /XML instead/],
    ["JSON", 200, "text/plain", '{"error":"not published"}', /JSON instead/],
  ] as const) {
    test(`is not there yet where ${what} comes instead`, async (t) => {
      const { source, server } = await served(t);
      server.always("a.bin", { kind: "answer", status, headers: { "content-type": type }, body });
      await assert.rejects(fetched(source), {
        name: "GranuleError",
        fault: "transfer",
        mayAppear: true,
        message,
      });
    });
  }

  test("is what it is, whatever the server calls it and however it begins", async (t) => {
    for (const content of [
      bytes,
      new TextEncoder().encode("{not JSON"),
      Uint8Array.of(0x7b, 0, 0x5b),
      new Uint8Array(0),
    ]) {
      const headers = { "content-type": "text/html" };
      const { source } = await served(t, { files: { "a.bin": { bytes: content, headers } } });
      assertBytes((await fetched(source)).bytes, content);
    }
    const xml = new TextEncoder().encode('<?xml version="1.0"?><kml/>');
    for (const path of ["a.xml", "a.kml", "a.gml", "a.nc.xml"]) {
      const { source } = await served(t, { files: { [path]: { bytes: xml } } });
      assertBytes((await fetched(source, { ...nothingKnown, path })).bytes, xml);
    }
    const json = new TextEncoder().encode("{}");
    const { source } = await served(t, {
      files: { "a.json": { bytes: json, headers: { "content-type": "application/json" } } },
    });
    assertBytes((await fetched(source, { ...nothingKnown, path: "a.json" })).bytes, json);
  });

  test("is not there yet where the server hangs up at the question", async (t) => {
    const { source, server } = await served(t);
    server.always("a.bin", { kind: "reset" });
    await assert.rejects(fetched(source), { name: "GranuleError", fault: "transfer", mayAppear: true });
    server.always("a.bin", { kind: "reset", afterBytes: 10 });
    await assert.rejects(fetched(source), { name: "SourceError", fault: "transfer" });
  });

  test("is gone where the server says so", async (t) => {
    const { source, server } = await served(t);
    for (const status of [404, 410]) {
      server.order("a.bin", { kind: "answer", status });
      assert.equal((await fetched(source)).bytes, undefined);
    }
  });
});

describe("a place that lists nothing", () => {
  test("is asked by HEAD, for the first byte where it has none, and then no more by HEAD", async (t) => {
    const { source, server } = await served(t, {
      files: { "a.bin": { bytes, modifiedAt, etag: "bare" }, "b.bin": { bytes: new Uint8Array(0) } },
    });
    const file = { path: "a.bin", sizeBytes: 1000, version: '"bare"', modifiedAt };
    assert.deepEqual((await found(source, "a.bin"))?.file, file);
    server.order("a.bin", { kind: "answer", status: 200, headers: { etag: "bare", "content-length": "0" } });
    assert.equal((await found(source, "a.bin"))?.file.sizeBytes, null, "0 of HEAD is no size");
    server.order("a.bin", { kind: "answer", status: 405 });
    assert.deepEqual((await found(source, "a.bin"))?.file, file);
    server.order("b.bin", { kind: "answer", status: 416, headers: { "content-range": "bytes */0" } });
    assert.equal((await found(source, "b.bin"))?.file.sizeBytes, 0);
    assert.equal(await found(source, "none.bin"), undefined);
    assert.deepEqual(
      server.requests.map(({ method, headers }) => headers.range ?? method),
      ["HEAD", "HEAD", "HEAD", "bytes=0-0", "bytes=0-0", "bytes=0-0"],
    );
  });

  test("that answers pages, or hangs up, for what is not there is understood, unless it does for all", async (t) => {
    const { source, server } = await served(t);
    server.always("page.bin", {
      kind: "answer",
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<html>",
    });
    server.always("reset.bin", { kind: "reset" });
    const search = source.search(options);
    const all = await search.find(
      [{ paths: ["page.bin"] }, { paths: ["reset.bin"] }, { paths: ["a.bin"] }],
      neverAborted,
    );
    assert.deepEqual(
      all.map((one) => one?.file.path),
      [undefined, undefined, "a.bin"],
    );
    assert.equal(search.whyUnknown?.({ paths: ["page.bin"] }), undefined);
    const unknown = async (path: string) => {
      const alone = source.search(options);
      await alone.find([{ paths: [path] }], neverAborted);
      return alone.whyUnknown?.({ paths: [path] });
    };
    server.always("", { kind: "reset" });
    assert.match(
      (await unknown("page.bin"))?.message ?? "",
      /page\.bin: the server answers a page \(text\/html\)/,
    );
    assert.equal((await unknown("reset.bin"))?.fault, "transfer");
  });
});

test("a place that lists nothing and forbids what is not there is understood, unless it forbids all", async (t) => {
  const { source, server } = await served(t);
  server.always("b.bin", { kind: "answer", status: 403 });
  const search = source.search(options);
  const b = { paths: ["b.bin"] };
  assert.deepEqual(await search.find([b], neverAborted), [undefined]);
  const { fault, message } = search.whyUnknown?.(b) ?? assert.fail("it is not known");
  assert.deepEqual(
    [fault, message],
    ["refused", `${server.url}b.bin: may not be read (the server answered 403 Forbidden)`],
  );
  await search.find([{ paths: ["a.bin"] }, b], neverAborted);
  assert.equal(search.whyUnknown?.(b), undefined);
});

describe("a catalog", () => {
  test("leads to its files where it says, also where nothing was listed before", async (t) => {
    const { source, server, path } = await indexed(t, { kind: "thredds" });
    const file = { ...nothingKnown, path: "2026/a.bin" };
    assertBytes((await fetched(source, file)).bytes, bytes);
    assertBytes((await fetched(source, file)).bytes, bytes);
    assert.deepEqual(
      server.requests.map(({ path: asked }) => asked),
      ["/thredds/catalog/base/2026/catalog.xml", `/${path}`, `/${path}`],
    );
    assert.equal((await fetched(source, { ...file, path: "2025/a.bin" })).bytes, undefined);
  });
});
