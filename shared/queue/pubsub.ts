import type { ClientConfig, PubSub } from "@google-cloud/pubsub";
import { StorageError } from "../errors.ts";
import { callOptions, explain, noCredentials, within } from "../googleCall.ts";
import { sentForm } from "./messages.ts";
import type { Queue, Topics } from "./queue.ts";

export interface PubsubLimits {
  /** For one `publish` with all the client's own retries. */
  readonly callMs: number;
}

const limitsDefault: PubsubLimits = { callMs: 30_000 };

export interface PubsubQueueOptions {
  readonly project: string;
  /** The topics are PREFIX-plan, PREFIX-extend and PREFIX-extended; they must exist. */
  readonly prefix: string;
  /** `HOST:PORT` of an emulator. Without it the client does as it does: Google's servers, with the account it finds. */
  readonly emulatorHost?: string;
  readonly limits?: Partial<PubsubLimits>;
}

/**
 * The service takes requests of up to 10 MB, envelope included. A batch stays far below: 511 steps of paths of 100
 * characters make 0.1 MB, and of the longest that a step's 2 KiB hold, 1 MB.
 */
const messageBytesMax = 9_900_000;

/** The most that the client puts into one request, sent without waiting for more to come. */
const batching = { maxMessages: 1000, maxBytes: 9 * 1024 ** 2, maxMilliseconds: 0 };

/**
 * A queue in Pub/Sub. A message is JSON in the `data` of one of Pub/Sub's, with its schema, and with the attribute `dataset`.
 * Constructing it
 * makes no connection, and loads no client: many who could publish have nothing to say.
 */
export function createPubsubQueue(options: PubsubQueueOptions): Queue & { close(): Promise<void> } {
  const { project, prefix } = options;
  const { callMs } = { ...limitsDefault, ...options.limits };
  let loading: Promise<PubSub> | undefined;
  const remedies = {
    host: options.emulatorHost ?? "pubsub.googleapis.com",
    role: "roles/pubsub.publisher",
    notFound: `create the topic in project ${project}, or choose another prefix`,
  };
  let isClosed = false;

  async function send(name: keyof Topics, encoded: readonly PubsubMessage[]): Promise<void> {
    loading ??= load(options);
    const client = await loading;
    // Without credentials each call of the client would fail twice, once unheard: so they are looked for first.
    if (!client.isEmulator) {
      await client.auth.getClient().catch((failed: unknown) => {
        loading = undefined; // or it would fail for ever
        throw failed;
      });
    }
    const topic = client.topic(`${prefix}-${name}`, { batching, gaxOpts: callOptions(callMs) });
    await Promise.all(encoded.map((message) => topic.publishMessage(message)));
  }

  return {
    async publish(topic, messages, signal) {
      signal.throwIfAborted();
      if (messages.length === 0) return;
      try {
        if (isClosed) throw new Error("it is closed");
        const encoded = messages.map(encode);
        await within(callMs, signal, () => send(topic, encoded));
      } catch (cause) {
        signal.throwIfAborted();
        const key = `pubsub://${project}/${prefix}-${topic}`;
        throw new StorageError("publish", key, explain(cause, remedies), { cause });
      }
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      // What could not be initialized throws that again, and has nothing to close.
      await (await loading)?.close().catch(() => undefined);
    },
  };
}

async function load(options: PubsubQueueOptions): Promise<PubSub> {
  // Of a CommonJS module that is bundled, only the default is there.
  const { default: pubsub } = await import("@google-cloud/pubsub");
  return new pubsub.PubSub(configOf(options));
}

function configOf({ project, emulatorHost }: PubsubQueueOptions): ClientConfig {
  if (emulatorHost === undefined) return { projectId: project };
  const auth = noCredentials as unknown as NonNullable<ClientConfig["auth"]>;
  return { projectId: project, apiEndpoint: emulatorHost, emulatorMode: true, auth };
}

interface PubsubMessage {
  readonly data: Buffer;
  readonly attributes: { readonly dataset: string };
}

function encode(message: Topics[keyof Topics]): PubsubMessage {
  const data = Buffer.from(JSON.stringify(sentForm(message)));
  if (data.length > messageBytesMax) {
    throw new RangeError(
      `a message of ${message.dataset} has ${data.length} bytes, and at most ${messageBytesMax} can be sent; none was`,
    );
  }
  return { data, attributes: { dataset: message.dataset } };
}
