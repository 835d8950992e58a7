import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type {
  ExtendedEvent,
  ExtendMessage,
  PlanMessage,
  Queue,
  Topics,
} from "../../../shared/queue/queue.ts";
import { neverAborted } from "../../support/neverAborted.ts";

/** What each topic may carry. Each is told apart from the others by its dataset. */
export const plans: readonly PlanMessage[] = [
  { dataset: "plan-0" },
  { dataset: "plan-1", from: "2014-04-01T00:00:00Z", to: "2014-04-02T00:00:00Z" },
  { dataset: "plan-2", force: true },
];
export const batch: ExtendMessage = {
  dataset: "batch",
  chunk: 12,
  plannedAt: 1_396_386_000_123,
  steps: [
    {
      offset: 7,
      granule: { path: "é/1.bin", sizeBytes: 3, version: "Apr 02  2014", modifiedAt: 1_396_386_000_000 },
    },
    { offset: 39, granule: { path: "2.bin", sizeBytes: 0, version: "", modifiedAt: null } },
  ],
};
export const extended: ExtendedEvent = {
  dataset: "event",
  from: null,
  to: "2014-04-01T21:00:00Z",
  length: 57_960,
  commitSeq: 1449,
};

export interface StartedQueue {
  readonly queue: Queue;
  /** Has what was published handled: calls `handled` for each message, and resolves when no more are on their way. */
  deliver(handled: <Topic extends keyof Topics>(topic: Topic, message: Topics[Topic]) => void): Promise<void>;
  stop(): Promise<void>;
}

/** What every adapter must give through the `Queue` port. */
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
