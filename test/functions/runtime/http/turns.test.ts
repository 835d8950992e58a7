import assert from "node:assert/strict";
import { test } from "node:test";
import { createTurns } from "../../../../functions/runtime/http/turns.ts";

const never = new AbortController().signal;
const soon = () => new Promise(setImmediate);

test("so many are at work at once, and the others come in the order in which they asked", async () => {
  const turns = createTurns(2);
  const began: string[] = [];
  const asking = ["a", "b", "c", "d"].map(async (name) => {
    const release = await turns.take(never);
    began.push(name);
    return release;
  });
  await soon();
  assert.deepEqual(began, ["a", "b"]);
  (await asking[1])?.();
  await soon();
  assert.deepEqual(began, ["a", "b", "c"]);
  (await asking[0])?.();
  await soon();
  assert.deepEqual(began, ["a", "b", "c", "d"]);
});

test("who gives up waiting leaves its place to the others", async () => {
  const turns = createTurns(1);
  const release = await turns.take(never);
  const impatient = new AbortController();
  const given = turns.take(impatient.signal);
  const next = turns.take(never);
  impatient.abort(new Error("too long"));
  await assert.rejects(given, { message: "too long" });
  release();
  (await next)();
  (await turns.take(never))();
});

test("who gives up just as it is called passes its turn on", async () => {
  const turns = createTurns(1);
  const release = await turns.take(never);
  const impatient = new AbortController();
  const given = turns.take(impatient.signal).then(
    (back) => back(),
    () => undefined,
  );
  impatient.abort();
  release();
  await given;
  (await turns.take(never))();
});
