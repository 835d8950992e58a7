/**
 * Hostile messages: whatever is pushed to `plan` and `extend`, it is read as a right message or refused with a
 * `UsageError` of readable faults; the functions answer 200, 400 or 503, and what every object inherits stays as it is.
 * 12,500 cases.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { extend } from "../../../functions/extend.ts";
import { plan } from "../../../functions/plan.ts";
import { messageIdOf, readEnvelope } from "../../../functions/runtime/http/envelope.ts";
import type { Handler } from "../../../functions/runtime/http/serve.ts";
import { UsageError } from "../../../shared/errors.ts";
import { readExtendMessage, readPlanMessage } from "../../../shared/queue/messages.ts";
import {
  assertOfAll,
  assertUnpolluted,
  outcomeOf,
  partPlayed,
  playCases,
} from "../../support/hostileCases.ts";
import { byteEdits, editedBytes, editedJson, hostileValues, jsonEdits } from "../../support/hostileEdits.ts";
import { memoryCloud, publishedWorld, workOff } from "../../support/memoryCloud.ts";
import { tinyTime } from "../../support/tinyDataset.ts";
import { assertContent, present, tinyWorld } from "../../support/tinyWorld.ts";

const known = [tinyWorld({ chunkLength: 4 }).dataset];
const granule = (index: number) => ({
  path: tinyWorld().path(index),
  sizeBytes: 200 + index,
  listedDate: "2020-01-01T07:00:00.000Z",
  modifiedAt: tinyTime(index),
});
const planned = { dataset: "tiny", from: "2020-01-01T06:00:00Z", to: "2020-01-01T09:00:00Z", force: true };
const soundPlans = [{}, { dataset: "tiny" }, planned, { dataset: "tiny", turn: "process-1/1" }] as const;
const soundBatch = {
  dataset: "tiny",
  chunk: 1,
  plannedAt: tinyTime(8),
  steps: [4, 5, 6, 7].map((index) => ({ offset: index - 4, granule: granule(index) })),
};

const texts = (message: unknown) => new TextEncoder().encode(JSON.stringify(message));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const enveloped = (data: unknown) => ({
  message: { data, attributes: {}, messageId: "1", publishTime: "2020-01-01T00:00:00Z" },
  subscription: "projects/p/subscriptions/s",
});

/** Ways to write bytes that are not all base64 as Pub/Sub writes it. */
const writings: readonly ((bytes: Uint8Array) => unknown)[] = [
  base64,
  base64,
  base64,
  (bytes) => Buffer.from(bytes).toString("base64url"),
  (bytes) => base64(bytes).replaceAll("=", ""),
  (bytes) => `${base64(bytes)}\n`,
  (bytes) => `${base64(bytes)}====`,
  (bytes) => base64(texts(base64(bytes))),
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (bytes) => Buffer.from(bytes).toString("hex"),
  (bytes) => [...bytes],
];

/** A request's body, made of a right message by edits of the message, of its text, and of its envelope. */
function bodies(sound: readonly unknown[]): fc.Arbitrary<unknown> {
  const messages = fc.oneof(
    fc.tuple(fc.constantFrom(...sound), jsonEdits).map(([message, edits]) => editedJson(message, edits)),
    fc.constantFrom(...sound),
    hostileValues,
  );
  const pieces = fc.record({
    message: messages,
    byteEdits: fc.option(byteEdits, { freq: 2, nil: [] }),
    writing: fc.constantFrom(...writings),
    envelopeEdits: fc.option(jsonEdits, { freq: 2, nil: [] }),
  });
  return pieces.map(({ message, byteEdits, writing, envelopeEdits }) => {
    let text: Uint8Array;
    try {
      text = texts(message);
    } catch {
      text = new TextEncoder().encode(`${'{"a":['.repeat(20_000)}${"]}".repeat(20_000)}`); // nested beyond what is written
    }
    return editedJson(enveloped(writing(editedBytes(text, byteEdits))), envelopeEdits);
  });
}

function assertReadable(faults: readonly string[]): void {
  assert.ok(faults.length > 0 && faults.length <= 21, `${faults.length} faults`);
  for (const fault of faults)
    assert.ok(fault.length > 10 && fault.length < 600, `a fault of ${fault.length} characters`);
}

describe("a message", () => {
  for (const [name, sound, read] of [
    ["to plan", soundPlans, readPlanMessage],
    ["to extend", [soundBatch], readExtendMessage],
  ] as const) {
    test(`${name} is read, or refused with all that is wrong with it`, async (t) => {
      let [right, wrong] = [0, 0];
      await playCases(t, 5000, bodies(sound), async (body) => {
        const id = messageIdOf(body);
        assert.ok(id === undefined || (id.length > 0 && id.length <= 200));
        const found = await outcomeOf<object>(() => read(readEnvelope(body), known), UsageError);
        assertUnpolluted();
        if ("error" in found) {
          wrong++;
          assertReadable((found.error as UsageError).faults);
          return;
        }
        right++;
        assertRight(found.result as Record<string, unknown>);
      });
      assertOfAll(right > 200 * partPlayed && wrong > 200 * partPlayed, `${right} right, ${wrong} wrong`);
    });
  }
});

/** What either message must be, by its members alone. */
function assertRight({
  dataset,
  from,
  to,
  force,
  turn,
  chunk,
  plannedAt,
  steps,
}: Record<string, unknown>): void {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (steps === undefined) {
    assert.ok(dataset === undefined || dataset === known[0]);
    for (const t of [from, to])
      assert.ok(t === undefined || (((t as number) - tinyTime(0)) / 3_600_000) % 1 === 0);
    assert.equal(typeof force, "boolean");
    assert.ok(turn === undefined || typeof turn === "string");
    return;
  }
  assert.ok(dataset === "tiny" && isCount(chunk) && isCount(plannedAt));
  assert.ok(Array.isArray(steps) && steps.length <= 4);
  for (const { offset, granule } of steps) {
    assert.ok(isCount(offset) && isCount(granule.sizeBytes));
    assert.deepEqual([typeof granule.path, typeof granule.version], ["string", "string"]);
    assert.ok(granule.modifiedAt === null || isCount(granule.modifiedAt));
  }
}

describe("a function", () => {
  for (const [name, handler, sound, cases] of [
    ["plan", plan, soundPlans, 1000],
    ["extend", extend, [soundBatch], 1500],
  ] as const satisfies readonly (readonly [string, Handler, readonly unknown[], number])[]) {
    test(`${name} answers 200, 400 or 503, and the dataset stays right`, async (t) => {
      const base = await publishedWorld(8);
      const answers = new Map<number, number>();
      await playCases(t, cases, bodies(sound), async (body) => {
        const world = await base.copy();
        const before = await world.generations();
        const cloud = memoryCloud([world]);
        const { status, body: said } = await cloud.ask(handler, { body });
        answers.set(status, (answers.get(status) ?? 0) + 1);
        assert.ok([200, 400, 503].includes(status), `${status}: ${JSON.stringify(said)}`);
        assertUnpolluted();
        if (status === 400) {
          assertReadable((said as { faults: string[] }).faults);
          assert.deepEqual(await world.generations(), before);
          return;
        }
        await cloud.deliver(plan, {});
        await workOff(cloud);
        await assertContent(world, present(8));
      });
      assertOfAll(
        (answers.get(200) ?? 0) > 50 * partPlayed && (answers.get(400) ?? 0) > 50 * partPlayed,
        JSON.stringify([...answers]),
      );
    });
  }
});
