/**
 * Topics, push subscriptions and dead-letter topics in the Pub/Sub emulator, as a deployment has them. By the REST API:
 * https://cloud.google.com/pubsub/docs/reference/rest
 */
import { callPubsub, pull } from "../support/pubsubRest.ts";

/** Deliveries of one message before it goes to the dead-letter topic; Pub/Sub allows 5 to 100. */
export const attemptsMax = 20;
const ackSeconds = 600;

export interface Topics {
  /** Sends a message by the REST API, as a person would; a text is sent as it is. */
  publish(topic: string, message: object | string): Promise<void>;
  /** Takes what waits in a dead-letter topic's subscription: their texts. */
  takeDeadLetters(topic: string): Promise<string[]>;
}

export interface TopicsOptions {
  /** HOST:PORT of the emulator. */
  readonly pubsub: string;
  readonly project: string;
  /** What the topics' names begin with. */
  readonly prefix: string;
  /** Where each of the two is pushed to; one without is there to be pulled from. */
  readonly endpoints: { readonly plan?: string; readonly extend?: string };
  readonly attemptsMax?: { readonly plan?: number; readonly extend?: number };
  /** The shortest and the longest wait before another delivery, as in `10s`. */
  readonly backoff?: { readonly minimumBackoff: string; readonly maximumBackoff: string };
}

/**
 * Creates `PREFIX-plan` and `PREFIX-extend`, each pushed to its function, with dead-letter topics `…-dead` that keep what
 * could not be delivered in a subscription of their own; and `PREFIX-extended` for whoever listens.
 */
export async function createTopics(options: TopicsOptions): Promise<Topics> {
  const { project, prefix, endpoints, pubsub } = options;
  const call = (method: string, path: string, body: object) => callPubsub(pubsub, method, path, body);
  const topicName = (topic: string) => `projects/${project}/topics/${prefix}-${topic}`;
  const subscriptionName = (topic: string) => `projects/${project}/subscriptions/${prefix}-${topic}`;

  for (const topic of ["extended", "plan", "extend", "plan-dead", "extend-dead"]) {
    await call("PUT", topicName(topic), {});
  }
  for (const topic of ["plan", "extend"] as const) {
    await call("PUT", subscriptionName(`${topic}-dead`), { topic: topicName(`${topic}-dead`) });
    await call("PUT", subscriptionName(topic), {
      topic: topicName(topic),
      ...(endpoints[topic] === undefined ? {} : { pushConfig: { pushEndpoint: endpoints[topic] } }),
      ackDeadlineSeconds: ackSeconds,
      retryPolicy: options.backoff ?? { minimumBackoff: "10s", maximumBackoff: "600s" },
      deadLetterPolicy: {
        deadLetterTopic: topicName(`${topic}-dead`),
        maxDeliveryAttempts: options.attemptsMax?.[topic] ?? attemptsMax,
      },
    });
  }
  return {
    async publish(topic, message) {
      const text = typeof message === "string" ? message : JSON.stringify(message);
      const data = Buffer.from(text).toString("base64");
      await call("POST", `${topicName(topic)}:publish`, {
        messages: [{ data, attributes: { sentBy: "hand" } }],
      });
    },
    async takeDeadLetters(topic) {
      const letters = await pull(pubsub, project, `${prefix}-${topic}-dead`);
      return letters.map(({ data }) => data.toString());
    },
  };
}
