import { UsageError } from "../../shared/errors.ts";
import type { Cloud } from "../cloud.ts";
import type { Answer, Content } from "../http/answer.ts";
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
  const dataset = cloud.datasets.find(
    ({ id }) => key.startsWith(`${id}.zarr/`) || key.startsWith(`${id}.accrete/`),
  );
  const found =
    dataset &&
    (await cloud.use(dataset, { late, report: () => undefined }, ({ store }) => store.read(key, signal)));
  if (!found) return { status: 404, body: { faults: [`there is no ${key.slice(0, 200)}`] } };
  const etag = `"${Buffer.from(found.generation).toString("base64url")}"`;
  const headers = {
    ETag: etag,
    "Content-Type": isJson(key) ? "application/json" : "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
  };
  if (ifNoneMatch === etag) return { status: 304, content: new Uint8Array(), headers };
  return { status: 200, content: found.bytes, headers };
}

const isJson = (key: string) => /(^|\/)(\.z[a-z]+|[^/]+\.json)$/.test(key);

/** The key that a path stands for. Throws a `UsageError` if it stands for none. */
export function keyIn(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new UsageError([`${path.slice(0, 200)} is no path: it is not percent-encoded UTF-8`]);
  }
}
