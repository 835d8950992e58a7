/** Chunks are decoded by a thread where there is one, and in any case. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Codecs } from "../../../../functions/page/dataset/codecs.ts";
import { decodeInWorker } from "../../../../functions/page/dataset/decodeWorker.ts";

type Entry = Awaited<ReturnType<NonNullable<ReturnType<Codecs["get"]>>>>;
type Start = NonNullable<Parameters<typeof decodeInWorker>[1]>;
type Thread = ReturnType<Start>;

/** zstd, decoded by a thread that `start` starts; where that fails, it answers with 7s. */
async function decodedBy(start: Start) {
  const here: Codecs = new Map();
  const decode = () => Uint8Array.of(7, 7);
  const fromConfig = () => ({ kind: "bytes_to_bytes", encode: () => undefined, decode }) as never;
  here.set("zstd", async () => ({ fromConfig }) as Entry);
  decodeInWorker(here, start);
  const entry = await here.get("zstd")?.();
  const codec = entry?.fromConfig({ level: 3 }, undefined as never);
  return (...bytes: number[]) => codec?.decode(Uint8Array.from(bytes)) as Promise<Uint8Array>;
}

/** Threads that answer with `reply`, which gets the order. */
function threads(reply: (order: { readonly id: number; readonly bytes: Uint8Array }) => object) {
  const started: { readonly thread: Thread; isEnded: boolean }[] = [];
  const start: Start = () => {
    const thread: Thread = {
      onmessage: null,
      onerror: null,
      postMessage: (order: Parameters<typeof reply>[0]) =>
        queueMicrotask(() =>
          thread.onmessage?.call(thread as Worker, { data: reply(order) } as MessageEvent),
        ),
      terminate: () => {
        running.isEnded = true;
      },
    };
    const running = { thread, isEnded: false };
    started.push(running);
    return thread;
  };
  return { start, started };
}

describe("decodeInWorker", () => {
  test("one thread decodes what it is sent", async () => {
    const { start, started } = threads(({ id, bytes }) => ({ id, bytes: bytes.map((byte) => byte * 2) }));
    const decode = await decodedBy(start);
    assert.deepEqual(await Promise.all([decode(1, 2), decode(3)]), [Uint8Array.of(2, 4), Uint8Array.of(6)]);
    assert.equal(started.length, 1);
  });

  test("where no thread can be started, the page decodes", async () => {
    const decode = await decodedBy(() => {
      throw new Error("not allowed here");
    });
    assert.deepEqual(await decode(1), Uint8Array.of(7, 7));
  });

  test("where a thread cannot run, the page decodes, and starts no other", async () => {
    let starts = 0;
    const decode = await decodedBy(() => {
      starts++;
      const thread: Thread = {
        onmessage: null,
        onerror: null,
        postMessage: () =>
          queueMicrotask(() => thread.onerror?.call(thread as Worker, { preventDefault() {} } as ErrorEvent)),
        terminate() {},
      };
      return thread;
    });
    assert.deepEqual(await decode(1), Uint8Array.of(7, 7));
    assert.deepEqual(await decode(2), Uint8Array.of(7, 7));
    assert.equal(starts, 1);
  });

  test("a damaged chunk is a fault, and the next is decoded by another thread", async () => {
    const { start, started } = threads(({ id, bytes }) =>
      bytes[0] === 9 ? { id, fault: "a bad frame" } : { id, bytes },
    );
    const decode = await decodedBy(start);
    await assert.rejects(decode(9), { message: "a bad frame" });
    assert.deepEqual(await decode(1), Uint8Array.of(1));
    assert.deepEqual(
      started.map(({ isEnded }) => isEnded),
      [true, false],
    );
  });
});
