import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { StorageError } from "../../shared/errors.ts";
import { createFilesystemStore } from "../../shared/store/filesystem/filesystemStore.ts";
import { ABSENT } from "../../shared/store/store.ts";

/** Puts more into a filesystem store than fits on the disk at ROOT, and prints as JSON what came of it. */
const root = process.argv[2] as string;
const store = createFilesystemStore(root, randomUUID);
const never = new AbortController().signal;
const headers = { contentType: "text/plain", cacheControl: "no-cache" };
const text = (content: string) => new TextEncoder().encode(content);

const before = await store.put("a", text("before"), ABSENT, headers, never);
if (before.outcome !== "written") throw new Error("the disk cannot be written at all");
const tooMuch = new Uint8Array(4 * 1024 * 1024);
const failure: unknown = await store
  .put("a", tooMuch, before.generation, headers, never)
  .catch((error) => error);
const existing = await store.read("a", never);
const leftover = await readdir(join(root, ".accrete/unfinished"));
const again = await store.put("a", text("after"), before.generation, headers, never);
console.log(
  JSON.stringify({
    failure: failure instanceof StorageError && { tag: failure.tag, message: failure.message },
    existing: new TextDecoder().decode(existing?.bytes),
    leftover,
    again: again.outcome,
  }),
);
