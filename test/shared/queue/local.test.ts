import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLocalQueue, type Handlers } from "../../../shared/queue/local.ts";
import type { Topics } from "../../../shared/queue/queue.ts";
import { batch, extended, plans } from "../../../shared/testing/messages.ts";
import { queueContract } from "../../../shared/testing/queue.ts";

const messagesMax = 100;
const never = new AbortController().signal;

queueContract("in this process", async () => {
  const queue = createLocalQueue(messagesMax);
  return {
    queue,
    deliver: async (handled) => {
      const handler =
        <Topic extends keyof Topics>(topic: Topic) =>
        async (message: Topics[Topic]) =>
          handled(topic, message);
      const handlers = { plan: handler("plan"), extend: handler("extend"), extended: handler("extended") };
      await queue.run(handlers, 1, never);
    },
    stop: async () => {},
  };
});

/** Long enough for all that waits for nothing but promises. */
const turnOfEventLoop = () => new Promise(setImmediate);

/** Plans named by number. */
function numbered(count: number, first = 0) {
  return Array.from({ length: count }, (_, i) => ({ dataset: String(first + i) }));
}

/** A handler whose work on each plan ends when its gate is opened; `begun` resolves when that many were begun. */
function gated() {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const began: string[] = [];
  const waiters: { readonly count: number; resolve(): void }[] = [];
  let working = 0;
  let peak = 0;
  return {
    began,
    peak: () => peak,
    async plan({ dataset }: Topics["plan"]) {
      began.push(dataset);
      peak = Math.max(peak, ++working);
      const gate = Promise.withResolvers<void>();
      gates.set(dataset, gate);
      for (const { count, resolve } of waiters) if (began.length >= count) resolve();
      await gate.promise.finally(() => --working);
    },
    begun(count: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (began.length >= count) resolve();
      waiters.push({ count, resolve });
      return promise;
    },
    open: (dataset: string) => gates.get(dataset)?.resolve(),
    fail: (dataset: string, error: Error) => gates.get(dataset)?.reject(error),
  };
}

/** The handler of plans that notes what it was handed. */
function noting() {
  const handled: string[] = [];
  const plan = async ({ dataset }: Topics["plan"]) => {
    handled.push(dataset);
  };
  return { handled, plan };
}

describe("the queue inside one process", () => {
  test("hands messages out in the order they were published, over all topics", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", plans.slice(0, 2), never);
    await queue.publish("extend", [batch], never);
    await queue.publish("plan", plans.slice(2), never);
    await queue.publish("extended", [extended], never);
    const handled: string[] = [];
    const note = async ({ dataset }: { readonly dataset: string }) => {
      handled.push(dataset);
    };
    await queue.run({ plan: note, extend: note, extended: note }, 1, never);
    assert.deepEqual(handled, ["plan-0", "plan-1", "batch", "plan-2", "event"]);
  });

  test("lets as many handlers work at once as there are workers, and never more", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(8), never);
    const work = gated();
    const running = queue.run(work, 3, never);
    await work.begun(3);
    for (let i = 0; i < 8; i++) {
      assert.deepEqual(
        work.began,
        numbered(Math.min(8, 3 + i)).map(({ dataset }) => dataset),
      );
      work.open(String(i));
      await work.begun(Math.min(8, 4 + i));
    }
    await running;
    assert.equal(work.peak(), 3);
  });

  test("handles what a handler publishes, also while others are still at work", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(1), never);
    const order: string[] = [];
    const answered = Promise.withResolvers<void>();
    const handlers: Handlers = {
      async plan() {
        await turnOfEventLoop();
        await queue.publish("extend", [batch], never);
        await answered.promise;
        order.push("plan ended");
      },
      async extend() {
        await queue.publish("extended", [extended], never);
        order.push("extend ended");
      },
      async extended() {
        order.push("extended ended");
        answered.resolve();
      },
    };
    await queue.run(handlers, 2, never);
    assert.deepEqual(order, ["extend ended", "extended ended", "plan ended"]);
  });

  test("drops the messages of a topic that nobody handles", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("extended", [extended, extended], never);
    await queue.publish("plan", numbered(1), never);
    await queue.publish("extended", [extended], never);
    const { handled, plan } = noting();
    await queue.run({ plan }, 1, never);
    assert.deepEqual(handled, ["0"]);
    await queue.run({ extended: async () => assert.fail("it was kept") }, 1, never);
  });

  test("refuses more messages than it holds, all of a call or none, and takes them again with room", async () => {
    const queue = createLocalQueue(3);
    await queue.publish("plan", numbered(2), never);
    await assert.rejects(queue.publish("plan", numbered(2, 2), never), {
      tag: "storage",
      operation: "publish",
      key: "plan",
      message: "publish plan: the queue holds at most 3 messages",
    });
    await queue.publish("plan", numbered(1, 4), never);
    const { handled, plan } = noting();
    await queue.run({ plan }, 1, never);
    assert.deepEqual(handled, ["0", "1", "4"]);
    await queue.publish("plan", numbered(3), never);
  });

  test("a failing handler: the others are awaited, the rest is dropped, the error is thrown, and it can be used again", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(4), never);
    const work = gated();
    const failure = new Error("the first failure");
    let ended = false;
    const running = queue.run(work, 2, never).finally(() => {
      ended = true;
    });
    await work.begun(2);
    work.fail("0", failure);
    await queue.publish("plan", numbered(1, 9), never);
    await turnOfEventLoop();
    assert.equal(ended, false, "the other handler was not awaited");
    work.fail("1", new Error("a later failure"));
    await assert.rejects(running, failure);
    assert.deepEqual(work.began, ["0", "1"]);

    await queue.publish("plan", numbered(2, 5), never);
    const { handled, plan } = noting();
    await queue.run({ plan }, 2, never);
    assert.deepEqual(handled, ["5", "6"]);
  });

  test("a handler that throws before it has a promise fails like any other", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(1), never);
    await queue.publish("extend", [batch, batch], never);
    const work = gated();
    const failure = new Error("at once");
    const extend = () => {
      throw failure;
    };
    let ended = false;
    const running = queue.run({ plan: work.plan, extend }, 2, never).finally(() => {
      ended = true;
    });
    await work.begun(1);
    await turnOfEventLoop();
    assert.equal(ended, false, "the other handler was not awaited");
    work.open("0");
    await assert.rejects(running, failure);
    const { handled, plan } = noting();
    await queue.run({ plan }, 1, never);
    assert.deepEqual(handled, []);
  });

  test("an aborted signal stops handing out: who is at work is awaited, and the reason is thrown", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(4), never);
    const controller = new AbortController();
    const reason = new Error("deadline");
    const work = gated();
    const running = queue.run(work, 2, controller.signal);
    await work.begun(2);
    controller.abort(reason);
    work.open("0");
    work.open("1");
    await assert.rejects(running, reason);
    assert.deepEqual(work.began, ["0", "1"]);
    const { handled, plan } = noting();
    await queue.run({ plan }, 1, never);
    assert.deepEqual(handled, []);
  });

  test("a signal that is aborted already hands nothing out", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(1), never);
    const { handled, plan } = noting();
    const reason = new Error("deadline");
    await assert.rejects(queue.run({ plan }, 1, AbortSignal.abort(reason)), reason);
    assert.deepEqual(handled, []);
  });

  test("handlers are given the signal", async () => {
    const queue = createLocalQueue(messagesMax);
    await queue.publish("plan", numbered(1), never);
    let given: AbortSignal | undefined;
    const plan = async (_: unknown, signal: AbortSignal) => {
      given = signal;
    };
    await queue.run({ plan }, 1, never);
    assert.equal(given, never);
  });

  test("with nothing to hand out a run is over", async () => {
    await createLocalQueue(messagesMax).run({}, 1, never);
  });
});
