/**
 * Decompresses chunks in a worker: one of 55 MB would block the page for a good part of a second. The page loads this file,
 * and the worker that it starts runs the same file.
 */
import { reasonOf } from "../../../shared/errors.ts";
import type { Codecs } from "./codecs.ts";

interface DecodeRequest {
  readonly id: number;
  readonly name: string;
  readonly configuration: unknown;
  readonly bytes: Uint8Array;
}

type DecodeReply = { readonly id: number } & ({ readonly bytes: Uint8Array } | { readonly fault: string });

/** Codecs that zarrita decodes in the page's own thread. */
const names = ["zstd", "blosc", "lz4"].flatMap((name) => [name, `numcodecs.${name}`]);

type DecodeWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** Decodes chunks in workers that `start` starts; where none can run, in the page as before. */
export function decodeInWorker(codecs: Codecs, start: () => DecodeWorker = startWorker): void {
  const decoder = createDecoder(start);
  decoder.begin();
  for (const name of names) {
    const inPage = codecs.get(name);
    if (!inPage) continue;
    codecs.set(name, async () => ({
      fromConfig: (configuration, meta) => ({
        kind: "bytes_to_bytes",
        async encode(): Promise<never> {
          throw new Error("the page does not compress");
        },
        decode: (bytes: Uint8Array) =>
          decoder.decode({ name, configuration, bytes }, async () =>
            (await inPage()).fromConfig(configuration, meta).decode(bytes),
          ),
      }),
    }));
  }
}

function startWorker(): DecodeWorker {
  return new Worker(import.meta.url, { type: "module" });
}

function createDecoder(start: () => DecodeWorker) {
  let [worker, isUnavailable, lastId]: [DecodeWorker | undefined, boolean, number] = [undefined, false, 0];
  const waiting = new Map<number, (reply: DecodeReply | undefined) => void>();

  /** A worker that failed to decode may be broken: the next chunk gets another. */
  function end(): void {
    worker?.terminate();
    worker = undefined;
    for (const answer of waiting.values()) answer(undefined);
    waiting.clear();
  }

  function running(): DecodeWorker | undefined {
    if (worker || isUnavailable) return worker;
    try {
      worker = start();
    } catch {
      isUnavailable = true;
      return undefined;
    }
    worker.onmessage = ({ data: reply }: MessageEvent<DecodeReply>) => {
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      isUnavailable = true;
      end();
    };
    return worker;
  }

  return {
    /** Starts it, so that it is ready when the first chunk comes. */
    begin: () => void running(),
    async decode(
      request: Omit<DecodeRequest, "id">,
      inPage: () => Promise<Uint8Array> | Uint8Array,
    ): Promise<Uint8Array> {
      const current = running();
      if (!current) return inPage();
      const id = ++lastId;
      const reply = await new Promise<DecodeReply | undefined>((resolve) => {
        waiting.set(id, resolve);
        current.postMessage({ id, ...request } satisfies DecodeRequest);
      });
      if (!reply) return inPage();
      if ("bytes" in reply) return reply.bytes;
      end();
      throw new Error(reply.fault);
    },
  };
}

declare function postMessage(reply: DecodeReply, transfer: Transferable[]): void;

/** What the worker does. */
async function answer({ id, name, configuration, bytes }: DecodeRequest): Promise<void> {
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
  addEventListener("message", (event) => answer((event as MessageEvent<DecodeRequest>).data));
  // What nearly every chunk needs takes longer to load than the first chunk.
  import("./codecs.ts").then(({ codecs }) => codecs().get("zstd")?.()).catch(() => undefined);
}

declare const WorkerGlobalScope: { new (): object } | undefined;
