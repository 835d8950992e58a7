/** What Pub/Sub pushes, and what anybody else may send in its place. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readEnvelope } from "../../../../functions/runtime/http/envelope.ts";
import { UsageError } from "../../../../shared/errors.ts";

const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString("base64");

/** As it arrives: https://cloud.google.com/pubsub/docs/push#receive_push */
function pushed(data: unknown): object {
  return {
    subscription: "projects/p/subscriptions/accrete-plan",
    message: { data, attributes: { dataset: "tiny" }, messageId: "1", publishTime: "2020-01-01T00:00:00Z" },
    deliveryAttempt: 2,
  };
}

describe("a push envelope", () => {
  test("carries any JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.deepEqual(readEnvelope(pushed(base64(text))), JSON.parse(text));
      }),
    );
  });

  test("carries a message as a person would publish it, with blanks and letters beyond ASCII", () => {
    // printf ' {"dataset": "größe"}\n' | base64
    const data = "IHsiZGF0YXNldCI6ICJncsO2w59lIn0K";
    assert.deepEqual(readEnvelope(pushed(data)), { dataset: "größe" });
  });

  test("carries as much as Pub/Sub takes", () => {
    const text = "x".repeat(10_000_000 - 2);
    assert.equal(readEnvelope(pushed(base64(JSON.stringify(text)))), text);
  });
});

describe("an empty message", () => {
  for (const [name, body] of [
    ["no body", undefined],
    ["null", null],
    ["an empty text", ""],
    ["no bytes", Buffer.alloc(0)],
    ["an empty object", {}],
    ["an envelope with empty data", pushed("")],
    ["an envelope whose data is null", pushed(null)],
    ["an envelope without data", { message: { attributes: {}, messageId: "1" }, subscription: "s" }],
    ["an empty object in an envelope", pushed(base64("{}"))],
  ] as const) {
    test(`is ${name}`, () => assert.deepEqual(readEnvelope(body), {}));
  }
});

describe("what is no push envelope", () => {
  const notObject = /not a JSON object/;
  const noMessage = /no object `message`/;
  for (const [name, body, fault] of [
    ["a list", [], notObject],
    ["a text", '{"message":{}}', notObject],
    ["bytes", Buffer.from('{"message":{}}'), notObject],
    ["a number", 0, notObject],
    ["false", false, notObject],
    ["a message without its envelope", { dataset: "tiny" }, noMessage],
    ["a list for its message", { message: [] }, noMessage],
    ["a text for its message", { message: "{}" }, noMessage],
    ["nothing for its message", { message: null }, noMessage],
    ["bytes for its message", { message: Buffer.from("{}") }, noMessage],
    ["data that is an object", pushed({ dataset: "tiny" }), /message\.data is not base64/],
    ["data that is a number", pushed(0), /message\.data is not base64/],
    ["data that is plain JSON", pushed('{"dataset":"tiny"}'), /message\.data is not base64/],
    ["data cut off", pushed(base64("{}").slice(0, -1)), /message\.data is not base64/],
    ["data with = in its middle", pushed("e30=e30="), /message\.data is not base64/],
    ["data in lines", pushed("e30=\n"), /message\.data is not base64/],
    ["data that is not JSON", pushed(base64("dataset=tiny")), /not JSON in UTF-8/],
    ["data of two messages", pushed(base64("{}{}")), /not JSON in UTF-8/],
    ["data in Latin-1", pushed(base64(Buffer.from('"größe"', "latin1"))), /not JSON in UTF-8/],
    ["data that is blank", pushed(base64(" ")), /not JSON in UTF-8/],
  ] as const) {
    test(`${name} is refused, and it is said why`, () => {
      assert.throws(
        () => readEnvelope(body),
        (error) => error instanceof UsageError && error.faults.length === 1 && fault.test(error.message),
      );
    });
  }

  test("whatever comes is read, or refused as the sender's fault", () => {
    const anything = fc.anything({ withDate: true, withMap: true });
    const inEnvelope = fc.oneof(anything, fc.string(), fc.base64String()).map(pushed);
    fc.assert(
      fc.property(fc.oneof(anything, inEnvelope, fc.record({ message: anything })), (body) => {
        try {
          readEnvelope(body);
        } catch (error) {
          assert.ok(error instanceof UsageError, `${error}`);
        }
      }),
    );
  });
});
