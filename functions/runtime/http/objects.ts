import { assertKey } from "../../../shared/store/store.ts";
import type { Cloud } from "../cloud.ts";
import { type Answered, notFound } from "./answer.ts";
import type { Deadline } from "./deadline.ts";

/**
 * An object of a dataset as it stands in the store: of its Zarr group, or of what is kept beside it. Throws the dataset's fault
 * where its descriptor is faulty: what is not found here readers take for fill.
 */
export async function objectAnswer(key: string, cloud: Cloud, { signal, late }: Deadline): Promise<Answered> {
  const isOf = (id: string) => key.startsWith(`${id}.zarr/`) || key.startsWith(`${id}.accrete/`);
  const dataset = isUsable(key) ? cloud.datasets.find(({ id }) => isOf(id)) : undefined;
  for (const [id, fault] of cloud.faulty) if (isOf(id)) throw fault;
  const opened =
    dataset &&
    (await cloud.use(dataset, { late, report: () => undefined }, ({ store }) => store.open(key, signal)));
  if (!opened) return notFound(`data/${key}`);
  const headers = {
    ETag: `"${Buffer.from(opened.generation).toString("base64url")}"`,
    "Content-Type": isJson(key) ? "application/json" : "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
  };
  return { status: 200, opened, first: 0, end: opened.sizeBytes, headers };
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

/** The key that a path stands for; `undefined` where it is not percent-encoded UTF-8. */
export function keyIn(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
