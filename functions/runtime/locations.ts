import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../shared/errors.ts";
import { redactUrl } from "../../shared/source/secrets/redactUrl.ts";

/** Where datasets are kept. `text` is how a person would write it. */
export type StoreLocation =
  | { readonly kind: "file"; readonly directory: string; readonly text: string }
  | { readonly kind: "gs"; readonly bucket: string; readonly prefix: string; readonly text: string };

/** Where is kept what is known of every timestep. */
export type LedgerLocation =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "firestore"; readonly project: string; readonly database: string };

/** Whose topics `PREFIX-plan`, `PREFIX-extend` and `PREFIX-extended` carry the messages. */
export interface QueueLocation {
  readonly project: string;
  readonly prefix: string;
}

/** As Cloud Storage, Firestore and Pub/Sub allow them; `domain.com:project` is a project too. */
const names = {
  bucket: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
  project: /^[a-z0-9.-]+(:[a-z0-9-]+)?$/,
  database: /^(\(default\)|[a-z][a-z0-9-]{2,62})$/,
  topic: /^(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,240}$/,
};

const controlCharacter = /\p{Cc}/u;

/** A path, `file:///dir` or `gs://bucket/prefix`. Throws a `UsageError`. */
export function readStoreLocation(name: string, text: string): StoreLocation {
  if (!/^gs:/i.test(text)) {
    const directory = readPath(name, text, "file:", "gs://bucket/prefix");
    return { kind: "file", directory, text: directory };
  }
  const [bucket = "", ...segments] = text.replace(/^gs:\/\//i, "").split("/");
  const prefix = segments.filter((segment) => segment !== "").join("/");
  if (
    !/^gs:\/\//i.test(text) ||
    !names.bucket.test(bucket) ||
    controlCharacter.test(prefix) ||
    segments.some((segment) => segment === "." || segment === "..")
  ) {
    throw new UsageError([
      `${name} "${redactUrl(text)}" cannot be used: write gs://bucket or gs://bucket/prefix`,
    ]);
  }
  return { kind: "gs", bucket, prefix, text: `gs://${[bucket, prefix].filter(Boolean).join("/")}` };
}

/** A path, `sqlite:///file` or `firestore://PROJECT/DATABASE`. Throws a `UsageError`. */
export function readLedgerLocation(name: string, text: string): LedgerLocation {
  if (!/^firestore:/i.test(text))
    return { kind: "sqlite", file: readPath(name, text, "sqlite:", "firestore://PROJECT/DATABASE") };
  const [project = "", database = "(default)", ...more] = text.replace(/^firestore:\/\//i, "").split("/");
  const isFirestore = /^firestore:\/\//i.test(text);
  if (!isFirestore || !names.project.test(project) || !names.database.test(database) || more.length > 0) {
    throw new UsageError([
      `${name} "${redactUrl(text)}" cannot be used: write firestore://PROJECT/DATABASE, where DATABASE may be (default)`,
    ]);
  }
  return { kind: "firestore", project, database };
}

/** `pubsub://PROJECT/TOPIC`, where TOPIC is what the three topics' names begin with. Throws a `UsageError`. */
export function readQueueLocation(name: string, text: string): QueueLocation {
  const [project = "", prefix = "", ...more] = text.replace(/^pubsub:\/\//i, "").split("/");
  const isPubsub = /^pubsub:\/\//i.test(text) && names.project.test(project) && names.topic.test(prefix);
  if (isPubsub && more.length === 0) return { project, prefix };
  throw new UsageError([
    `${name} "${redactUrl(text)}" cannot be used: write pubsub://PROJECT/TOPIC, where TOPIC-plan, TOPIC-extend and TOPIC-extended are there`,
  ]);
}

/** A directory of this machine: a path. Throws a `UsageError`. */
export function readDirectory(name: string, text: string): string {
  if (text === "") throw new UsageError([`${name} is empty`]);
  return resolve(text);
}

/** A local path, or a URL of the one scheme. */
function readPath(name: string, text: string, scheme: "file:" | "sqlite:", remote: string): string {
  if (text === "") throw new UsageError([`${name} is empty`]);
  const path = /^[a-z][a-z0-9+.-]*:/i.test(text) ? pathIn(text, scheme) : resolve(text);
  if (path === undefined || controlCharacter.test(path)) {
    throw new UsageError([
      `${name} "${redactUrl(text)}" cannot be used: write a path, ${scheme}///absolute/path or ${remote}`,
    ]);
  }
  return path;
}

/** The path of a local URL; `undefined` if it is none, or encodes what no path can hold. */
function pathIn(text: string, scheme: "file:" | "sqlite:"): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== scheme || url.host !== "" || url.pathname.length < 2 || /[?#]/.test(text))
    return undefined;
  try {
    return fileURLToPath(`file://${url.pathname}`);
  } catch {
    return undefined;
  }
}
