import { createHash } from "node:crypto";
import { crc32c } from "../../shared/format/decompress/crc.ts";
import type { ServedFile } from "../../shared/testing/files.ts";
import type { Reaction } from "./httpReactions.ts";
import { type HttpServer, type LoggedRequest, startHttpServer } from "./httpServer.ts";
import { type S3Account, type S3Refusal, whyNotSigned } from "./s3Signature.ts";

export interface S3Object extends ServedFile {
  /** The MD5 of the bytes if absent, as where an object was put at once. */
  readonly etag?: string;
  /** As of an object that was put with one. */
  readonly hasCrc32c?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface S3ServerOptions {
  readonly bucket: string;
  readonly region?: string;
  /** By key. */
  readonly objects?: Readonly<Record<string, S3Object>>;
  /** Whose requests alone are answered; anybody's if absent. */
  readonly account?: S3Account;
  /** Whether keys are listed: without, nobody is told either whether one is there. */
  readonly mayList?: boolean;
  /** Keys and prefixes of one page at most: S3 may give fewer than were asked for. */
  readonly pageKeysMax?: number;
  readonly now?: () => number;
}

export interface S3Server extends HttpServer {
  /** By key. */
  readonly objects: Map<string, S3Object>;
  /** Of a list, for `order` and `count`. */
  readonly listPath: string;
}

const allKeysMax = 1000;

/**
 * S3 on 127.0.0.1 with one bucket in memory, for tests, as the vendor describes its answers: ListObjectsV2, GET and HEAD of objects
 * and what is answered instead. The bucket is the first segment of the path.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { bucket, region = "us-east-1", account, mayList = true, now = Date.now } = options;
  const objects = new Map(Object.entries(options.objects ?? {}));
  const own = `/${bucket}/`;

  function handler(request: LoggedRequest): Reaction {
    if (!request.path.startsWith(own)) {
      return refusal(404, "NoSuchBucket", "The specified bucket does not exist");
    }
    const denied = denialOf(request);
    if (denied) return answerOf(denied);
    const key = request.path.slice(own.length);
    if (key === "") {
      return mayList ? listing(request.query) : refusal(403, "AccessDenied", "Access Denied");
    }
    const object = objects.get(key);
    if (object) return contentOf(object, request.headers["x-amz-checksum-mode"] === "ENABLED");
    return mayList
      ? refusal(404, "NoSuchKey", "The specified key does not exist.")
      : refusal(403, "AccessDenied", "Access Denied");
  }

  function denialOf({ method, target, headers }: LoggedRequest): S3Refusal | undefined {
    if (headers.authorization === undefined) {
      return account && { status: 403, code: "AccessDenied", message: "Access Denied" };
    }
    const known = account ?? { accessKeyId: "", secretAccessKey: "" };
    return whyNotSigned({ method, url: target, headers }, known, region, now());
  }

  function answerOf({ status, code, message, more = {} }: S3Refusal): Reaction {
    return refusal(status, code, message, more, { "x-amz-bucket-region": region });
  }

  function listing(query: URLSearchParams): Reaction {
    const page = pageOf(query);
    if (!page) return refusal(400, "InvalidArgument", "The continuation token provided is incorrect");
    const named = query.get("encoding-type") === "url" ? urlEncoded : (text: string) => text;
    const contents = page.entries.map(([entry, object]) => {
      if (!object) return element("CommonPrefixes", element("Prefix", escaped(named(entry))));
      return element(
        "Contents",
        element("Key", escaped(named(entry))) +
          element("LastModified", new Date(object.modifiedAt).toISOString()) +
          element("ETag", escaped(`"${etagOf(object)}"`)) +
          element("Size", String(object.bytes.length)) +
          element("StorageClass", "STANDARD"),
      );
    });
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      element("Name", bucket) +
      element("Prefix", escaped(named(query.get("prefix") ?? ""))) +
      element("KeyCount", String(page.entries.length)) +
      element("MaxKeys", query.get("max-keys") ?? "1000") +
      (query.get("encoding-type") === "url" ? element("EncodingType", "url") : "") +
      element("IsTruncated", String(page.next !== undefined)) +
      (page.next === undefined ? "" : element("NextContinuationToken", escaped(page.next))) +
      contents.join("") +
      "</ListBucketResult>";
    return { kind: "answer", status: 200, headers: { "content-type": "application/xml" }, body };
  }

  /** Keys, and of longer ones what they have in common, in the order of their bytes; `undefined` for a token that is none. */
  function pageOf(query: URLSearchParams) {
    const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
    const token = query.get("continuation-token");
    const after = token === null ? (query.get("start-after") ?? "") : tokenEntry(token);
    if (after === undefined || query.get("list-type") !== "2") return undefined;
    const entriesMax = Math.min(Number(query.get("max-keys") ?? 1000), options.pageKeysMax ?? allKeysMax);
    const found = new Map<string, S3Object | undefined>();
    for (const [key, object] of objects) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const entry = end < 0 ? key : key.slice(0, end + delimiter.length);
      if (byBytes(entry, after) > 0) found.set(entry, end < 0 ? object : undefined);
    }
    const sorted = [...found].sort(([one], [other]) => byBytes(one, other));
    const entries = sorted.slice(0, entriesMax);
    const last = entries.at(-1)?.[0];
    const next = sorted.length > entries.length && last !== undefined ? tokenOf(last) : undefined;
    return { entries, next };
  }

  const server = await startHttpServer({ handler });
  // Its numbers are those of now: a spread would take them once.
  return Object.assign(Object.create(server) as HttpServer, { objects, listPath: `${bucket}/` });
}

function contentOf(object: S3Object, isChecked: boolean): Reaction {
  const { bytes, modifiedAt, hasCrc32c = false } = object;
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32c(bytes));
  const headers = {
    etag: `"${etagOf(object)}"`,
    "last-modified": new Date(modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
    "content-type": "binary/octet-stream",
    "x-amz-server-side-encryption": "AES256",
    ...(isChecked &&
      hasCrc32c && {
        "x-amz-checksum-crc32c": four.toString("base64"),
        "x-amz-checksum-type": "FULL_OBJECT",
      }),
    ...object.headers,
  };
  return { kind: "answer", status: 200, headers, body: bytes };
}

export function etagOf({ bytes, etag }: S3Object): string {
  return etag ?? createHash("md5").update(bytes).digest("hex");
}

/** An answer that refuses; of HEAD only its headers come. */
export function refusal(
  status: number,
  code: string,
  message: string,
  more: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Reaction {
  const members = { Code: code, Message: message, ...more, RequestId: "4442587FB7D0A2F9" };
  const texts = Object.entries(members).map(([name, text]) => element(name, escaped(text)));
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element("Error", texts.join(""))}`;
  return { kind: "answer", status, headers: { "content-type": "application/xml", ...headers }, body };
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** As in a form, but for slashes. */
function urlEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1).replaceAll("%2F", "/");
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const tokenMark = "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/";

function tokenOf(entry: string): string {
  return `${tokenMark}${Buffer.from(entry).toString("base64")}`;
}

function tokenEntry(token: string): string | undefined {
  return token.startsWith(tokenMark)
    ? Buffer.from(token.slice(tokenMark.length), "base64").toString()
    : undefined;
}
