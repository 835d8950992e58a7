/** A deployment on memory adapters: what a function is asked, what it answers, what it publishes and what it logs. */

import assert from "node:assert/strict";
import { extend } from "../../functions/extend.ts";
import type { Cloud } from "../../functions/runtime/cloud.ts";
import { type Answer, DeadlineError, failureAnswer } from "../../functions/runtime/http/answer.ts";
import type { Deadline } from "../../functions/runtime/http/deadline.ts";
import type { Asked, Handler } from "../../functions/runtime/http/serve.ts";
import { createLog } from "../../functions/runtime/log/log.ts";
import type { DescriptorError } from "../../shared/errors.ts";
import { leaseFrom } from "../../shared/ledger/lease.ts";
import { chunkRecordKey } from "../../shared/ledger/ledger.ts";
import { emptyChunk } from "../../shared/ledger/records.ts";
import { storedGranule } from "../../shared/ledger/storedForm.ts";
import type { ExtendMessage, PlanMessage, Queue } from "../../shared/queue/queue.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import type { MemoryWiringOptions, Sent } from "./memoryWiring.ts";
import { patienceMs } from "./patience.ts";
import { type TinyWorld, tinyWorld, type WorldOptions } from "./tinyWorld.ts";

export interface MemoryCloud extends Cloud {
  /** None at first. */
  readonly faulty: Map<string, DescriptorError>;
  /** What was published, in order. */
  readonly sent: Sent[];
  /** What was logged. */
  readonly entries: Record<string, unknown>[];
  /** What the worlds' wirings are made with, besides what a deployment sets. */
  options: MemoryWiringOptions;
  /** Asks a function, and answers a failure as it is answered to whoever asked. */
  ask<Answered>(
    handler: Handler<Answered>,
    asked: Partial<Asked>,
    deadline?: Deadline,
  ): Promise<Answered | Answer>;
  /** Delivers a message as Pub/Sub pushes it. */
  deliver(handler: Handler, message: unknown, deadline?: Deadline): Promise<Answer>;
  /** The messages of one topic so far. */
  plans(): PlanMessage[];
  batches(): ExtendMessage[];
}

/** Each world is one dataset of the deployment. */
export function memoryCloud(worlds: readonly TinyWorld[], options: MemoryWiringOptions = {}): MemoryCloud {
  const sent: Sent[] = [];
  const entries: Record<string, unknown>[] = [];
  const queue: Queue = {
    async publish(topic, messages) {
      sent.push(...messages.map((message) => ({ topic, message }) as Sent));
    },
  };
  const cloud: MemoryCloud = {
    datasets: worlds.map(({ dataset }) => dataset),
    faulty: new Map(),
    queue,
    timeoutMs: patienceMs,
    objectBytesMax: 100_000,
    corsOrigins: [],
    store: "gs://memory",
    planTopic: null,
    now: () => worlds[0]?.clock.now ?? 0,
    asOf: () => worlds[0]?.clock.asOf ?? 0,
    sent,
    entries,
    options,
    async use(dataset, invocation, work) {
      const world = worlds.find((one) => one.dataset.id === dataset.id);
      if (!world) throw new TypeError(`the deployment has no ${dataset.id}`);
      const limits = { batchesInFlightMax: dataset.updates.batchesMax, ...cloud.options.limits };
      return work({ ...world.wiring({ ...cloud.options, limits }), queue, ...invocation });
    },
    ask(handler, asked, deadline = handDeadline().deadline) {
      const write = (line: string) => void entries.push(JSON.parse(line) as Record<string, unknown>);
      const log = createLog({ form: "json", write, now: () => 0 });
      const request = { method: "POST", path: "/", body: undefined, headers: {}, ...asked };
      return handler(request, cloud, deadline, log).catch(failureAnswer);
    },
    deliver: (handler, message, deadline) => cloud.ask(handler, { body: pushed(message) }, deadline),
    plans: () => sent.flatMap(({ topic, message }) => (topic === "plan" ? [message] : [])),
    batches: () => sent.flatMap(({ topic, message }) => (topic === "extend" ? [message] : [])),
  };
  return cloud;
}

/** A message in the envelope of a push subscription, its granules as they are sent. */
export function pushed(message: unknown, publishTime?: string): object {
  const sent = JSON.stringify(message, (_name, value) => storedGranule(value));
  const data = Buffer.from(sent).toString("base64");
  return {
    message: { data, messageId: "1", ...(publishTime && { publishTime }) },
    subscription: "projects/p/subscriptions/s",
  };
}

/** A deadline that a test lets come. */
export interface HandDeadline {
  readonly deadline: Deadline;
  /** It is too late to begin anything. */
  isLate(): void;
  /** The time is over. */
  isOver(): void;
}

export function handDeadline(): HandDeadline {
  const [late, over, answerBy] = [new AbortController(), new AbortController(), new AbortController()];
  const reason = new DeadlineError("the time is over");
  return {
    deadline: { late: late.signal, signal: over.signal, answerBy: answerBy.signal, end: () => undefined },
    isLate: () => late.abort(reason),
    isOver() {
      late.abort(reason);
      over.abort(reason);
    },
  };
}

/** Lets another worker hold a chunk for so long. */
export async function holdChunk(
  world: TinyWorld,
  chunk: number,
  ms: number,
  holder = "another",
): Promise<void> {
  const key = chunkRecordKey(world.dataset.id, chunk);
  const found = await world.ledger.read(key, neverAborted);
  const lease = leaseFrom(world.clock.now, holder, ms);
  await world.ledger.write(
    key,
    { ...(found?.record ?? emptyChunk(chunk)), lease },
    found?.version ?? "0",
    neverAborted,
  );
}

/** Lets it give the chunk back. */
export async function releaseChunk(world: TinyWorld, chunk: number): Promise<void> {
  const key = chunkRecordKey(world.dataset.id, chunk);
  const found = await world.ledger.read(key, neverAborted);
  if (found) await world.ledger.write(key, { ...found.record, lease: null }, found.version, neverAborted);
}

/** A dataset without timesteps, and a provider that has published so many. */
export async function publishedWorld(count: number, options: WorldOptions = {}): Promise<TinyWorld> {
  const world = tinyWorld(options);
  world.at(-1);
  await world.run();
  world.source.forget();
  world.publishAll(0, count - 1);
  world.at(count);
  return world;
}

/** The chunks whose batches were sent, in order. */
export function chunksOf(cloud: MemoryCloud): number[] {
  return cloud.batches().map(({ chunk }) => chunk);
}

/** Does the batches that were sent, but for those `done`, one after the other, as workers would. */
export async function workOff(cloud: MemoryCloud, done = new Set<unknown>()): Promise<void> {
  for (const batch of cloud.batches().filter((one) => !done.has(one))) {
    done.add(batch);
    assert.equal((await cloud.deliver(extend, batch)).status, 200);
  }
}
