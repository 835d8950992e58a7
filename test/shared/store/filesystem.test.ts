import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createFilesystemStore } from "../../../shared/store/filesystem/filesystemStore.ts";
import { ABSENT } from "../../../shared/store/store.ts";
import { neverAborted as never } from "../../../shared/testing/neverAborted.ts";
import { countUp, numberIn } from "../../../shared/testing/numberedObject.ts";
import { headers, text, unusableKeys, written } from "../../../shared/testing/objects.ts";
import { storeContract } from "../../../shared/testing/store.ts";
import { countTogether, countUntilKilled } from "../../support/counting.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";

storeContract("filesystem", async () => {
  const root = await mkdtemp(join(tmpdir(), "accrete-"));
  return {
    store: createFilesystemStore(join(root, "not there yet"), randomUUID),
    stop: () => rm(root, { recursive: true, force: true }),
  };
});

describe("a filesystem store", () => {
  test("keeps each object as a plain file at its key, for any Zarr reader", async (t) => {
    const root = await temporaryDirectory(t);
    const store = createFilesystemStore(root, randomUUID);
    await written(store, "a.zarr/air/0.0.0", text("the chunk"));
    assert.equal(await readFile(join(root, "a.zarr/air/0.0.0"), "utf8"), "the chunk");
    assert.deepEqual(await readdir(join(root, "a.zarr"), { recursive: true }), ["air", "air/0.0.0"]);
  });

  test("lists keys below its root also where the root is a relative path", async (t) => {
    const root = await temporaryDirectory(t);
    await mkdir(join(root, "within"));
    const before = process.cwd();
    t.after(() => process.chdir(before));
    process.chdir(join(root, "within"));
    for (const relative of [".", "./deeper/", ".."]) {
      const store = createFilesystemStore(relative, randomUUID);
      await written(store, "a/b", text(relative));
      assert.deepEqual(await store.list("a", never), ["a/b"], relative);
    }
  });

  test("touches nothing outside its root, whatever the key", async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, "outside"), "untouched");
    const store = createFilesystemStore(join(directory, "root/of/it"), randomUUID);
    for (const key of [
      ...Object.values(unusableKeys),
      join(directory, "outside"),
      "../../../outside",
      "a/../../../../outside",
      "..\\..\\outside",
    ]) {
      await assert.rejects(store.put(key, text("torn"), ABSENT, headers, never), { tag: "storage" });
      await assert.rejects(store.delete(key, "1", never), { tag: "storage" });
      await assert.rejects(store.read(key, never), { tag: "storage" });
    }
    assert.deepEqual(await readdir(directory, { recursive: true }), ["outside"]);
    assert.equal(await readFile(join(directory, "outside"), "utf8"), "untouched");
  });

  test("has no object where other objects' folder is, and will not put one there", async (t) => {
    const root = await temporaryDirectory(t);
    const store = createFilesystemStore(root, randomUUID);
    await written(store, "a/b", text("b"));
    assert.equal(await store.read("a", never), undefined);
    assert.deepEqual(await store.delete("a", "1", never), { outcome: "preconditionFailed" });
    await assert.rejects(store.put("a", text("a"), ABSENT, headers, never), {
      tag: "storage",
      message: `put ${join(root, "a")}: other objects are stored below this key`,
    });
    await assert.rejects(store.put("a/b/c", text("c"), ABSENT, headers, never), {
      tag: "storage",
      message: /a part of this path is a file, not a directory/,
    });
    assert.deepEqual(await store.list("", never), ["a/b"]);
  });

  test("every rewrite makes a file later, though the clock was set back, so that no copy by time overlooks one", async (t) => {
    const root = await temporaryDirectory(t);
    const store = createFilesystemStore(root, randomUUID);
    const path = join(root, "a");
    await written(store, "a", text("0"));
    const nextYear = new Date(Date.now() + 365 * 86_400_000);
    await utimes(path, nextYear, nextYear);
    let before = (await stat(path, { bigint: true })).mtimeNs;
    for (let i = 1; i <= 20; i++) {
      const generation = (await store.read("a", never))?.generation ?? ABSENT;
      if (i % 5 === 0) await store.delete("a", generation, never);
      await written(store, "a", text(String(i)), i % 5 === 0 ? ABSENT : generation);
      const after = (await stat(path, { bigint: true })).mtimeNs;
      assert.ok(after > before, `rewrite ${i}: ${after} is not after ${before}`);
      before = after;
    }
  });

  test("4 processes that count to 25 in one object lose nothing, and a reader sees it whole throughout", async (t) => {
    const root = await temporaryDirectory(t);
    const store = createFilesystemStore(root, randomUUID);
    let counting = true;
    const counted = countTogether(["store", root, "a/count"], 4, 25).finally(() => {
      counting = false;
    });
    let last = 0;
    while (counting) {
      const found = await store.read("a/count", never);
      const number = found ? numberIn(found.bytes) : 0;
      assert.ok(number >= last, `${number} after ${last}`);
      last = number;
    }
    await counted;
    assert.equal(numberIn((await store.read("a/count", never))?.bytes ?? text("missing!")), 100);
  });

  test("a process killed among its writes leaves the object whole, what it said written, and the store writable", async (t) => {
    const root = await temporaryDirectory(t);
    const store = createFilesystemStore(root, randomUUID);
    let before = 0;
    for (const lines of [1, 2, 3, 7, 20]) {
      const said = await countUntilKilled(["store", root, "count"], lines);
      const number = numberIn((await store.read("count", never))?.bytes ?? text("missing!"));
      assert.ok([before + said, before + said + 1].includes(number), `${number} after ${before} + ${said}`);
      await countUp(store, "count");
      before = number + 1;
    }
    assert.deepEqual(await store.list("", never), ["count"]);
  });

  test("removes what a dead process left unfinished, and leaves alone what another may still be writing", async (t) => {
    const root = await temporaryDirectory(t);
    await written(createFilesystemStore(root, randomUUID), "a", text("a"));
    const unfinished = join(root, ".accrete/unfinished");
    for (const name of ["dead", "at-work"]) await writeFile(join(unfinished, name), "half an obj");
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    await utimes(join(unfinished, "dead"), hoursAgo(24), hoursAgo(24));
    await utimes(join(unfinished, "at-work"), hoursAgo(0.5), hoursAgo(0.5));
    const store = createFilesystemStore(root, randomUUID);
    await written(store, "b", text("b"));
    assert.deepEqual(await readdir(unfinished), ["at-work"]);
    assert.deepEqual(await store.list("", never), ["a", "b"]);
  });

  test("keeps nothing of a put that was refused", async (t) => {
    const root = await temporaryDirectory(t);
    const store = createFilesystemStore(root, randomUUID);
    await written(store, "a", text("a"));
    await store.put("a", text("refused"), ABSENT, headers, never);
    await assert.rejects(store.put("a/b", text("refused"), ABSENT, headers, never), { tag: "storage" });
    assert.deepEqual(await readdir(join(root, ".accrete/unfinished")), []);
  });

  test("an unwritable root is told with its path and what to do, and works once that is repaired", async (t) => {
    const root = join(await temporaryDirectory(t), "store");
    await writeFile(root, "a file in place of the directory");
    const store = createFilesystemStore(root, randomUUID);
    const failure = { name: "StorageError", operation: "put", key: join(root, "a/b") };
    await assert.rejects(store.put("a/b", text("x"), ABSENT, headers, never), {
      ...failure,
      message: `put ${join(root, "a/b")}: a part of this path is a file, not a directory; choose another --store`,
    });
    await rm(root);
    await written(store, "a/b", text("x"));
  });

  for (const below of ["", "deeper"]) {
    test(`where a file stands in the place of the root${below && " or above it"} nothing counts as absent`, async (t) => {
      const file = join(await temporaryDirectory(t), "store");
      await writeFile(file, "a file in place of the directory");
      const root = join(file, below);
      const store = createFilesystemStore(root, randomUUID);
      for (const [operation, asked] of [
        ["read", () => store.read("a/b", never)],
        ["open", () => store.open("a/b", never)],
        ["list", () => store.list("a/b", never)],
      ] as const)
        await assert.rejects(asked, {
          name: "StorageError",
          message: `${operation} ${join(root, "a/b")}: a part of this path is a file, not a directory; choose another --store`,
        });
      await rm(file);
      assert.equal(await store.read("a/b", never), undefined);
    });
  }

  // /proc says of what would be made in it that there is no such directory, for ever.
  for (const root of ["/proc/accrete", "/proc/self/accrete/deeper"]) {
    test(`a root that can never be made, as ${root}, is told at once`, async () => {
      const store = createFilesystemStore(root, randomUUID);
      await assert.rejects(store.put("a", text("of no place"), ABSENT, headers, never), {
        tag: "storage",
        message: new RegExp(`^put ${root}/a: no directory can be made here; choose another --store$`),
      });
      assert.equal(await store.read("a", never), undefined);
    });
  }

  test("a full disk is told with what to do, keeps the object that stands, and works again with space", async (t) => {
    const root = await temporaryDirectory(t);
    const fillDisk = fileURLToPath(new URL("../../support/fillDisk.ts", import.meta.url));
    const asOwner = ["--map-root-user", "--mount"];
    const mount = 'mount -t tmpfs -o size=512k accrete "$1"';
    if (spawnSync("unshare", [...asOwner, "sh", "-c", mount, "sh", root]).status !== 0) {
      t.skip("this machine lets no one mount a small disk of their own");
      return;
    }
    const script = `${mount} && exec "$2" "$3" "$1"`;
    const ran = spawnSync(
      "unshare",
      [...asOwner, "sh", "-c", script, "sh", root, process.execPath, fillDisk],
      { encoding: "utf8" },
    );
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(JSON.parse(ran.stdout), {
      failure: {
        tag: "storage",
        message: `put ${join(root, "a")}: the disk is full; free some space and run again, nothing is lost`,
      },
      existing: "before",
      leftover: [],
      again: "written",
    });
  });
});
