/**
 * Hostile settings and paths: any text is a place that can be used or a `UsageError` that shows no password; no path
 * leaves the base of its source, and no key, nor any symbolic link in the store's directory, has a file outside of it
 * created, read or removed. 8,200 cases.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import fc from "fast-check";
import {
  readLedgerLocation,
  readQueueLocation,
  readStoreLocation,
} from "../../../functions/runtime/locations.ts";
import { readSettings } from "../../../functions/runtime/settings.ts";
import { StorageError, UsageError } from "../../../shared/errors.ts";
import { parseDirectoryUrl } from "../../../shared/source/directory/url.ts";
import { absolutePath, parseFtpUrl } from "../../../shared/source/ftp/url.ts";
import { absoluteBelow } from "../../../shared/source/paths.ts";
import { createFilesystemStore } from "../../../shared/store/filesystem/filesystemStore.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { neverAborted as never } from "../../../shared/testing/neverAborted.ts";
import { headers, text } from "../../../shared/testing/objects.ts";
import { assertOfAll, outcomeOf, partPlayed, playCases } from "../../support/hostileCases.ts";
import { hostileTexts } from "../../support/hostileEdits.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";

const password = "s3cret";
const schemes = [
  "",
  "ftp://",
  "ftps://",
  "FTP://",
  "file://",
  "file:///",
  "gs://",
  "sqlite:///",
  "firestore://",
];
const people = [
  "",
  `user:${password}@`,
  `:${password}@`,
  `u%3A:${password}%2F@`,
  `user:${password}/@`,
  "user@",
];
const segment = fc.oneof(
  fc.constantFrom(
    ...hostileTexts,
    "a",
    "b.zarr",
    "%2e%2e",
    "%2F",
    "%00",
    "%zz",
    "a%0Ab",
    "(default)",
    "maps",
    "?x",
    "#x",
  ),
  fc.string({ maxLength: 8 }),
);
const places = fc
  .record({
    scheme: fc.constantFrom(...schemes, "pubsub://", "s3://", "javascript:", "//", "/"),
    person: fc.constantFrom(...people),
    host: fc.constantFrom(
      "",
      "host",
      "host:99999",
      "host:0",
      "[::1]",
      "maps",
      "127.0.0.1",
      "my-project",
      "..",
      "h st",
    ),
    segments: fc.array(segment, { maxLength: 4 }),
  })
  .map(({ scheme, person, host, segments }) => [scheme + person + host, ...segments].join("/"));

const hasControl = (path: string) => [...path].some((character) => character < " " || character === "\x7f");
const leaves = (path: string) => path.split("/").some((part) => part === ".." || part === ".");

describe("settings", () => {
  test("a place is one that can be used, or refused without the password", async (t) => {
    await playCases(
      t,
      6000,
      fc.tuple(places, fc.array(segment, { maxLength: 3 })),
      async ([given, segments]) => {
        const store = await readOr(() => readStoreLocation("--store", given));
        if (store?.kind === "file") assert.ok(isAbsolute(store.directory) && !hasControl(store.directory));
        if (store?.kind === "gs") assert.ok(!leaves(store.prefix) && !hasControl(store.prefix));
        const ledger = await readOr(() => readLedgerLocation("--ledger", given));
        if (ledger?.kind === "sqlite") assert.ok(isAbsolute(ledger.file) && !hasControl(ledger.file));
        const queue = await readOr(() => readQueueLocation("--queue", given));
        if (queue) assert.doesNotMatch(queue.project + queue.prefix, /[/\s]/);
        const mirror = await readOr(() => parseDirectoryUrl(given));
        if (mirror) {
          const { root, minAgeMs } = mirror;
          assert.ok(isAbsolute(root) && !leaves(root) && !hasControl(root) && minAgeMs >= 0, root);
          const inside = await readOr(() => absoluteBelow(root, segments.join("/")));
          const base = root === "/" ? "/" : `${root}/`;
          assert.ok(inside === undefined || (`${inside}/`.startsWith(base) && !leaves(inside)), inside);
        }
        const address = await readOr(() => parseFtpUrl(given));
        if (!address) return;
        assert.ok(
          address.host !== "" && address.port > 0 && address.port < 65_536 && !hasControl(address.user),
        );
        const below = await readOr(() => absolutePath(address, segments.join("/")));
        if (below === undefined) return;
        const base = address.basePath === "/" ? "/" : `${address.basePath}/`;
        assert.ok(`${below}/`.startsWith(base) && !leaves(below) && !hasControl(below), below);
      },
    );
  });

  test("the whole of them is read, or refused with every fault", async (t) => {
    const value = fc.option(fc.oneof(places, segment, fc.constantFrom("1", "60", "1e3", "-1", "Infinity")), {
      nil: undefined,
    });
    const names = [
      "STORE",
      "LEDGER",
      "QUEUE",
      "SOURCE",
      "START",
      "SOURCE_TINY",
      "CONNECTIONS",
      "LEASE_SECONDS",
    ];
    const environment = fc.dictionary(
      fc.constantFrom(
        ...[...names, "TIMEOUT_SECONDS", "WATCH_SECONDS", "STORAGE_ENDPOINT"].map(
          (name) => `ACCRETE_${name}`,
        ),
      ),
      value,
      { maxKeys: 4 },
    );
    const typed = fc.record({ from: value, to: value, now: value, store: value }, { requiredKeys: [] });
    await playCases(t, 2000, fc.tuple(typed, environment), async ([given, variables]) => {
      const settings = await readOr(() => readSettings(given, variables, "tiny"));
      if (!settings) return;
      assert.ok(settings.leaseMs >= 1000 && settings.timeoutMs >= 1000 && settings.timeoutMs <= 600_000);
      assert.ok(settings.connections === undefined || Number.isSafeInteger(settings.connections));
      for (const t of [settings.from, settings.to, settings.asOf, settings.start])
        assert.ok(t === undefined || Number.isInteger(t));
    });
  });
});

async function readOr<Read>(read: () => Read): Promise<Read | undefined> {
  const found = await outcomeOf(read, UsageError);
  if (!("error" in found)) return found.result;
  assert.doesNotMatch(found.error.message, new RegExp(password));
  return undefined;
}

/** A store's directory with links in it, and a directory beside it. */
async function linkedStore(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const [root, outside] = [join(directory, "root"), join(directory, "outside")];
  await mkdir(join(root, "inner/deep"), { recursive: true });
  await mkdir(join(outside, "sub"), { recursive: true });
  await writeFile(join(outside, "sub/secret"), "untouched");
  await writeFile(join(outside, "sub/only there"), "untouched");
  await writeFile(join(root, "inner/own"), "own");
  await symlink(outside, join(root, "out"));
  await symlink("../outside/sub", join(root, "relative"));
  await symlink(join(outside, "sub/secret"), join(root, "inner/file"));
  await symlink(join(outside, "new"), join(root, "dangling"));
  await symlink("inner", join(root, "within"));
  await symlink("loop", join(root, "loop"));
  const look = async () => ({
    entries: (await readdir(directory, { recursive: false })).sort(),
    outside: (await readdir(outside, { recursive: true })).sort(),
    secret: await readFile(join(outside, "sub/secret"), "utf8"),
  });
  return { root, look };
}

describe("a filesystem store", () => {
  test("touches nothing outside its directory, whatever the key and whatever links stand there", async (t) => {
    const parts = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom("out", "sub", "secret", "relative", "inner", "file", "dangling", "loop"),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom("within", "deep", "own", ".accrete", "mutex", "new", "z".repeat(300)),
      },
      { weight: 1, arbitrary: segment },
    );
    const keys = fc.array(parts, { minLength: 1, maxLength: 4 }).map((list) => list.join("/"));
    const operations = fc.constantFrom("read", "put", "put", "delete", "list");
    let done = 0;
    const calls = fc.array(fc.tuple(operations, keys), { minLength: 4, maxLength: 12 });
    await playCases(t, 200, calls, async (made) => {
      const { root, look } = await linkedStore(t);
      const before = await look();
      const store = createFilesystemStore(root, randomUUID);
      for (const [operation, key] of made) {
        const found = await outcomeOf(async () => {
          if (operation === "put") return store.put(key, text("written"), ABSENT, headers, never);
          if (operation === "delete") return store.delete(key, "1", never);
          if (operation === "list") return store.list(key, never);
          return store.read(key, never);
        }, StorageError);
        if ("result" in found) {
          done++;
          const { result } = found;
          if (Array.isArray(result))
            assert.ok(!result.some((one) => one.includes("only there")), `${result}`);
          else if (result && "bytes" in result)
            assert.notEqual(new TextDecoder().decode(result.bytes), "untouched");
        }
        assert.deepEqual(await look(), before);
      }
    });
    assertOfAll(done > 200 * partPlayed, `${done} were done`);
  });

  test("keeps nothing of its own outside either, where its own directory is a link", async (t) => {
    const own = [".accrete", ".accrete/mutex", ".accrete/deleted", ".accrete/unfinished"];
    for (const [name, isDangling] of own.flatMap(
      (name) =>
        [
          [name, false],
          [name, true],
        ] as const,
    )) {
      const { root, look } = await linkedStore(t);
      const before = await look();
      await mkdir(join(root, name, ".."), { recursive: true });
      const existing = name.endsWith("mutex") ? "sub/secret" : "sub";
      await symlink(join(root, "../outside", isDangling ? "new" : existing), join(root, name));
      const store = createFilesystemStore(root, randomUUID);
      await assert.rejects(store.put("a/b", text("written"), ABSENT, headers, never), { tag: "storage" });
      await assert.rejects(store.delete("inner/own", "1", never), { tag: "storage" });
      assert.deepEqual(await look(), before);
    }
  });
});
