import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { patternBytes } from "../../shared/testing/files.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { provesHttp, serving } from "./provesHttp.ts";
import type { ServerKind } from "./realServer.ts";

/** It rounds sizes, and tells neither ETag nor date of a file of a type that it has not been told. */
function lighttpd(hasTypes: boolean): ServerKind {
  return {
    name: "lighttpd",
    program: "usr/sbin/lighttpd",
    debianPackage: "lighttpd",
    scheme: "http",

    async configure({ folder, root, port, certificate }, programs) {
      const modules = ["mod_dirlisting", ...(certificate === undefined ? [] : ["mod_openssl"])];
      const settings = [
        `server.modules = (${modules.map((name) => `"${name}"`).join(", ")})`,
        `server.document-root = "${root}"`,
        'server.bind = "127.0.0.1"',
        `server.port = ${port}`,
        `server.upload-dirs = ("${folder}")`,
        'dir-listing.activate = "enable"',
        'dir-listing.encoding = "utf-8"',
        ...(hasTypes ? ['mimetype.assign = ("" => "application/x-granule")'] : []),
        ...(certificate === undefined ? [] : ['ssl.engine = "enable"', `ssl.pemfile = "${certificate}"`]),
      ];
      const file = join(folder, "lighttpd.conf");
      await writeFile(file, settings.map((line) => `${line}\n`).join(""));
      return { arguments: ["-D", "-m", join(programs, "usr/lib/lighttpd"), "-f", file], login: "" };
    },
  };
}

await provesHttp(lighttpd(true), {
  traits: { isSizeFound: false },
  more() {
    test("that tells no date of a file is believed by what it lists", async (t) => {
      const modifiedAt = Date.UTC(2016, 1, 29, 23, 58, 59);
      const { server, source } = await serving(t, lighttpd(false), {
        "a.bin": { bytes: patternBytes(9), modifiedAt },
      });
      const search = () =>
        source.search({ directoriesMax: 1, pathsMax: 1, callsAtOnceMax: 1, isWantable: () => false });
      const [found] = await search().find([{ paths: ["a.bin"] }], neverAborted);
      const file = found?.file ?? assert.fail("it is there");
      const fetched = await source.fetch(file, neverAborted);
      assert.deepEqual([fetched.version, fetched.modifiedAt], [file.version, null]);
      const known = { ...file, sizeBytes: 9, version: fetched.version };
      const wanted = [{ paths: ["a.bin"], known, isChecked: true }];
      assert.equal((await search().find(wanted, neverAborted))[0]?.isKnown, true);
      await server.put("a.bin", { bytes: patternBytes(9, 1), modifiedAt: modifiedAt + 1000 });
      assert.equal((await search().find(wanted, neverAborted))[0]?.isKnown, false);
    });
  },
});
