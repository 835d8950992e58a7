import { UsageError } from "../../../shared/errors.ts";

/** Well beyond any that Pub/Sub gives. */
const idCharactersMax = 200;

/**
 * What a Pub/Sub push carries: the JSON in `message.data`, in base64. A request without a body, an envelope without data
 * and an empty object are an empty message, `{}`: a schedule has nothing to say. Throws a `UsageError`.
 * Format: https://cloud.google.com/pubsub/docs/push#receive_push
 */
export function readEnvelope(body: unknown): unknown {
  if (isEmpty(body)) return {};
  if (!isRecord(body))
    throw new UsageError(["the request is not a Pub/Sub push envelope: it is not a JSON object"]);
  const { message } = body;
  if (!isRecord(message)) {
    throw new UsageError(["the request is not a Pub/Sub push envelope: it has no object `message`"]);
  }
  const { data = "" } = message;
  if (data === "" || data === null) return {};
  if (typeof data !== "string" || !isBase64(data)) throw new UsageError(["message.data is not base64"]);
  const text = Buffer.from(data, "base64");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text)) as unknown;
  } catch {
    throw new UsageError([
      'message.data is not JSON in UTF-8; an example of a message: {"dataset":"trmm-3b42rt"}',
    ]);
  }
}

/** The id of the message that a push brings, which is the same each time that it comes; `undefined` where it names none. */
export function messageIdOf(body: unknown): string | undefined {
  const message = isRecord(body) ? body.message : undefined;
  const id = isRecord(message) ? message.messageId : undefined;
  return typeof id === "string" && id !== "" && id.length <= idCharactersMax ? id : undefined;
}

/** Of the standard alphabet, padded. One character at a time: no pattern that could run out of stack. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(text.replace(/={1,2}$/, ""));
}

function isEmpty(body: unknown): boolean {
  if (body === undefined || body === null || body === "") return true;
  if (Buffer.isBuffer(body)) return body.length === 0;
  return isRecord(body) && Object.keys(body).length === 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
