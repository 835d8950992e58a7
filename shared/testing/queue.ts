import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Queue, Topics } from "../queue/queue.ts";
import { batch, extended, plans } from "./messages.ts";
import { neverAborted } from "./neverAborted.ts";

export interface StartedQueue {
  readonly queue: Queue;
  /** Has what was published handled: calls `handled` for each message, and resolves when no more are on their way. */
  deliver(handled: <Topic extends keyof Topics>(topic: Topic, message: Topics[Topic]) => void): Promise<void>;
  /** Frees what it holds. Called once, also after a test that failed. */
  stop(): Promise<void>;
}

/**
 * Registers the tests of what every adapter must give through the `Queue` port: each message reaches its topic as it was published, and
 * a signal that is aborted before sends none. `start` hands over a queue of its own for each test, and a way to receive.
 */
export function queueContract(name: string, start: () => Promise<StartedQueue>): void {
  async function started(t: TestContext): Promise<StartedQueue> {
    const queue = await start();
    t.after(queue.stop);
    return queue;
  }

  describe(`queue contract: ${name}`, () => {
    test("every message reaches its topic as it was published, at least once", async (t) => {
      const { queue, deliver } = await started(t);
      await queue.publish("plan", plans, neverAborted);
      await queue.publish("extend", [batch], neverAborted);
      await queue.publish("extended", [extended], neverAborted);
      const delivered = new Map<string, unknown>();
      await deliver((topic, message) => delivered.set(message.dataset, [topic, message]));
      assert.deepEqual(
        delivered,
        new Map<string, unknown>([
          ...plans.map((plan) => [plan.dataset, ["plan", plan]] as const),
          ["batch", ["extend", batch]],
          ["event", ["extended", extended]],
        ]),
      );
    });

    test("an aborted signal rejects with its reason, and sends none", async (t) => {
      const { queue, deliver } = await started(t);
      const reason = new Error("deadline");
      const publishing = queue.publish("plan", plans, AbortSignal.abort(reason));
      await assert.rejects(publishing, (thrown) => thrown === reason);
      await deliver((topic) => assert.fail(`a message of ${topic} was delivered`));
    });

    test("publishing no message sends none", async (t) => {
      const { queue, deliver } = await started(t);
      await queue.publish("plan", [], neverAborted);
      await deliver((topic) => assert.fail(`a message of ${topic} was delivered`));
    });
  });
}
