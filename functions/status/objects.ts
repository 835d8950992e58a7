import { assertKey } from "../../shared/store/store.ts";
import type { Cloud } from "../cloud.ts";
import { type Answer, type Content, notFound } from "../http/answer.ts";
import type { Deadline } from "../http/deadline.ts";
import type { Asked } from "../http/serve.ts";

/**
 * An object of a dataset as it stands in the store: of its Zarr group, or of what is kept beside it. It is sent again only
 * to who has another version of it.
 */
export async function objectAnswer(
  key: string,
  { ifNoneMatch }: Asked,
  cloud: Cloud,
  { signal, late }: Deadline,
): Promise<Answer | Content> {
  const isOf = (id: string) => key.startsWith(`${id}.zarr/`) || key.startsWith(`${id}.accrete/`);
  const dataset = isUsable(key) ? cloud.datasets.find(({ id }) => isOf(id)) : undefined;
  const found =
    dataset &&
    (await cloud.use(dataset, { late, report: () => undefined }, ({ store }) => store.read(key, signal)));
  if (!found) return notFound(key);
  if (found.bytes.length > cloud.objectBytesMax) return tooLarge(key, found.bytes.length, cloud);
  const etag = `"${Buffer.from(found.generation).toString("base64url")}"`;
  const headers = {
    ETag: etag,
    "Content-Type": isJson(key) ? "application/json" : "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
  };
  const isKnown = ifNoneMatch?.split(",").some((known) => known.trim().replace(/^W\//, "") === etag);
  if (isKnown) return { status: 304, content: new Uint8Array(), headers };
  return { status: 200, content: found.bytes, headers };
}

const isJson = (key: string) => /(^|\/)(\.z[a-z]+|[^/]+\.json)$/.test(key);

function isUsable(key: string): boolean {
  try {
    assertKey("read", key);
    return true;
  } catch {
    return false;
  }
}

function tooLarge(key: string, bytes: number, { objectBytesMax, store }: Cloud): Answer {
  const fault = `${key} has ${bytes} bytes, of which at most ${objectBytesMax} can be sent from here: read it at ${store}`;
  return { status: 413, body: { faults: [fault] } };
}

/** The key that a path stands for; `undefined` where it is not percent-encoded UTF-8. */
export function keyIn(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
