/** Topics and subscriptions of a Pub/Sub emulator through its REST interface, apart from the client library. */
import { patienceMs } from "./patience.ts";

const pullMessagesMax = 1000;

export interface PulledMessage {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Creates the topics, each with a pull subscription of the same name. */
export async function createTopics(host: string, project: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const topic = `projects/${project}/topics/${name}`;
    await callPubsub(host, "PUT", topic, {});
    await callPubsub(host, "PUT", `projects/${project}/subscriptions/${name}`, {
      topic,
      ackDeadlineSeconds: 60,
    });
  }
}

/** Takes what waits in a subscription, and acknowledges it. Empty where nothing waits. */
export async function pull(
  host: string,
  project: string,
  subscription: string,
): Promise<readonly PulledMessage[]> {
  const path = `projects/${project}/subscriptions/${subscription}`;
  const { receivedMessages = [] } = (await callPubsub(host, "POST", `${path}:pull`, {
    maxMessages: pullMessagesMax,
    returnImmediately: true,
  })) as { receivedMessages?: { ackId: string; message: { data?: string; attributes?: object } }[] };
  if (receivedMessages.length > 0) {
    await callPubsub(host, "POST", `${path}:acknowledge`, {
      ackIds: receivedMessages.map(({ ackId }) => ackId),
    });
  }
  return receivedMessages.map(({ message: { data = "", attributes = {} } }) => ({
    data: Buffer.from(data, "base64"),
    attributes: { ...attributes },
  }));
}

/** One request of the REST interface. Throws for any answer but success. */
export async function callPubsub(host: string, method: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`http://${host}/v1/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
