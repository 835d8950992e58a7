import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../../shared/store/memory.ts";
import { headers, text, written } from "../../../shared/testing/objects.ts";
import { storeContract } from "../../../shared/testing/store.ts";

storeContract("memory", async () => ({ store: createMemoryStore(), stop: async () => {} }));

test("a memory store tells the headers that an object was last put with", async () => {
  const store = createMemoryStore();
  assert.equal(store.headersOf("a"), undefined);
  await written(store, "a", text("a"));
  assert.deepEqual(store.headersOf("a"), headers);
});
