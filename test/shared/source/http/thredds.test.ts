import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readCatalog } from "../../../../shared/source/http/thredds.ts";
import { catalogPage } from "../../../support/threddsCatalog.ts";

const modifiedAt = Date.UTC(2026, 10, 28, 9, 12, 33);
const file = (name: string) => ({ name, kind: "file" as const, sizeBytes: 1_036_053, modifiedAt });
const entries = [
  file("a & b.nc"),
  file("20261128"),
  { ...file("01"), kind: "directory" as const },
  { ...file("with space"), kind: "directory" as const },
];

function read(text: string, namesMax = 100) {
  const url = new URL("http://host/thredds/catalog/A/2026/catalog.xml");
  return readCatalog(new TextEncoder().encode(text), {
    url,
    place: "http://host/A",
    strike: (said) => said,
    namesMax,
  });
}

describe("a THREDDS catalog", () => {
  const text = catalogPage("A/2026", entries);

  test("names its files with exact dates, its directories, and where the files are", () => {
    const { files, directories, filesUrl } = read(text);
    const version = "2026-11-28T09:12:33Z 1.036 Mbytes";
    assert.deepEqual(files, [
      { name: "a & b.nc", version, modifiedAt },
      { name: "20261128", version, modifiedAt },
    ]);
    assert.deepEqual(directories, ["01", "with space"]);
    assert.equal(filesUrl?.href, "http://host/thredds/fileServer/A/2026/");
  });

  test("is empty where it names nothing", () => {
    assert.deepEqual(read(catalogPage("A/2026", [])), { files: [], directories: [], filesUrl: undefined });
  });

  test("takes the service that it names, and leaves out what no service of files gives", () => {
    const own = text
      .replace('name="a &amp;', 'serviceName="odap" name="a &amp;')
      .replace("/thredds/fileServer/", "https://files.host/x/");
    const { files, filesUrl } = read(own);
    assert.deepEqual(
      files.map(({ name }) => name),
      ["20261128"],
    );
    assert.equal(filesUrl?.href, "https://files.host/x/A/2026/");
    assert.deepEqual(read(text.replace("HTTPServer", "WMS")).files, []);
  });

  test("is refused wherever it is cut", () => {
    const end = text.trimEnd().length;
    for (let at = 0; at < end; at += 7)
      assert.throws(() => read(text.slice(0, at)), { name: "SourceError", fault: "listing" }, `cut at ${at}`);
  });

  test("is refused with entities of its own, files of several directories, too many names, or another root", () => {
    const refused = (hostile: string, message: RegExp, namesMax = 100) =>
      assert.throws(() => read(hostile, namesMax), { name: "SourceError", fault: "listing", message });
    refused(text.replace("<catalog", '<!DOCTYPE x [<!ENTITY a "b">]><catalog'), /declares types/);
    refused(text.replaceAll("A/2026/20261128", "A/2025/20261128"), /several directories/);
    refused(text, /names more than 3 files/, 3);
    refused("<html><catalog></catalog></html>", /does not end with/);
    refused("<html></html></catalog>", /no catalog|no XML/);
    refused("<catalog></catalog>", /no catalog: it has none/);
  });
});
