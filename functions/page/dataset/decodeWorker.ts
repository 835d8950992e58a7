/**
 * Decompresses chunks on a thread of their own: one of 55 MB would keep the page from answering for a good part of a second.
 * The page loads this file, and the thread that it starts runs the same file.
 */
import { reasonOf } from "../../../shared/errors.ts";
import type { Codecs } from "./codecs.ts";

interface Order {
  readonly id: number;
  readonly name: string;
  readonly configuration: unknown;
  readonly bytes: Uint8Array;
}

type Reply = { readonly id: number } & ({ readonly bytes: Uint8Array } | { readonly fault: string });

/** Codecs that are decoded in the page's own thread unless they are taken elsewhere. */
const names = ["zstd", "blosc", "lz4"].flatMap((name) => [name, `numcodecs.${name}`]);

type Thread = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** Has chunks decoded by threads that `start` starts; where none can be, they are decoded here as before. */
export function decodeElsewhere(codecs: Codecs, start: () => Thread = startThread): void {
  const thread = createThread(start);
  thread.begin();
  for (const name of names) {
    const here = codecs.get(name);
    if (!here) continue;
    codecs.set(name, async () => ({
      fromConfig: (configuration, meta) => ({
        kind: "bytes_to_bytes",
        async encode(): Promise<never> {
          throw new Error("nothing is compressed here");
        },
        decode: (bytes: Uint8Array) =>
          thread.decode({ name, configuration, bytes }, async () =>
            (await here()).fromConfig(configuration, meta).decode(bytes),
          ),
      }),
    }));
  }
}

function startThread(): Thread {
  return new Worker(import.meta.url, { type: "module" });
}

function createThread(start: () => Thread) {
  let [thread, isUseless, lastId]: [Thread | undefined, boolean, number] = [undefined, false, 0];
  const waiting = new Map<number, (reply: Reply | undefined) => void>();

  /** A thread whose decoder has failed may be broken: the next chunk gets another. */
  function end(): void {
    thread?.terminate();
    thread = undefined;
    for (const answer of waiting.values()) answer(undefined);
    waiting.clear();
  }

  function running(): Thread | undefined {
    if (thread || isUseless) return thread;
    try {
      thread = start();
    } catch {
      isUseless = true;
      return undefined;
    }
    thread.onmessage = ({ data: reply }: MessageEvent<Reply>) => {
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    };
    thread.onerror = (event) => {
      event.preventDefault();
      isUseless = true;
      end();
    };
    return thread;
  }

  return {
    /** So that it is ready by the time that the first chunk comes. */
    begin: () => void running(),
    async decode(
      order: Omit<Order, "id">,
      here: () => Promise<Uint8Array> | Uint8Array,
    ): Promise<Uint8Array> {
      const current = running();
      if (!current) return here();
      const id = ++lastId;
      const reply = await new Promise<Reply | undefined>((resolve) => {
        waiting.set(id, resolve);
        current.postMessage({ id, ...order } satisfies Order);
      });
      if (!reply) return here();
      if ("bytes" in reply) return reply.bytes;
      end();
      throw new Error(reply.fault);
    },
  };
}

declare function postMessage(reply: Reply, transfer: Transferable[]): void;

/** What the thread does. */
async function answer({ id, name, configuration, bytes }: Order): Promise<void> {
  try {
    const { codecs } = await import("./codecs.ts");
    const entry = await codecs().get(name)?.();
    const codec = entry?.fromConfig(configuration, undefined as never);
    const decoded: Uint8Array<ArrayBuffer> = await codec?.decode(bytes);
    postMessage({ id, bytes: decoded }, [decoded.buffer]);
  } catch (error) {
    postMessage({ id, fault: reasonOf(error) }, []);
  }
}

if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) {
  addEventListener("message", (event) => answer((event as MessageEvent<Order>).data));
  // What nearly every chunk needs takes longer to load than the first chunk to come.
  import("./codecs.ts").then(({ codecs }) => codecs().get("zstd")?.()).catch(() => undefined);
}

declare const WorkerGlobalScope: { new (): object } | undefined;
