/** The page is whole, loads nothing from elsewhere, and its files may be cached for ever. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { before, describe, test } from "node:test";
import { bundlePage } from "../../../functions/build/page.ts";

const project = resolve(import.meta.dirname, "../../..");

describe("the page's bundle", () => {
  let files: ReadonlyMap<string, Uint8Array>;
  const text = (path: string) => new TextDecoder().decode(files.get(path));
  const hashes = (bundled: ReadonlyMap<string, Uint8Array>) =>
    [...bundled].map(([path, bytes]) => `${path} ${createHash("sha256").update(bytes).digest("hex")}`);

  before(async () => {
    files = await bundlePage(project);
  });

  test("is one page, and what it loads, each named by what it holds", () => {
    const others = [...files.keys()].filter((path) => path !== "index.html");
    assert.ok(others.length > 0);
    for (const path of others) assert.match(path, /^static\/[\w.-]+-[A-Z0-9]{8}\.(js|css|txt)$/);
  });

  test("loads by relative addresses, so that it may be served below any path, and everything it loads is there", () => {
    const loaded = [...text("index.html").matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address]) => address ?? "",
    );
    const own = loaded.filter((address) => !address.startsWith("data:"));
    assert.ok(own.some((path) => path.endsWith(".js")) && own.some((path) => path.endsWith(".css")));
    for (const path of own) assert.ok(files.has(path), path);
    for (const [path] of files) {
      for (const [, name] of text(path).matchAll(/(?:from|import)\s*\(?"(\.\/[^"]+)"/g)) {
        assert.ok(files.has(`static/${name?.slice(2)}`), `${path} imports ${name}`);
      }
    }
  });

  test("is the same each time", async () => {
    assert.deepEqual(hashes(await bundlePage(project)), hashes(files));
  });

  test("leaves no path of the machine in any file", () => {
    for (const path of files.keys()) assert.ok(!text(path).includes(project), path);
  });
});
