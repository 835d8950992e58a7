import { reasonOf, StorageError } from "../../errors.ts";

/** What a call is about, for messages. `uri`: `gs://BUCKET/NAME`. */
export interface Place {
  readonly operation: string;
  readonly uri: string;
}

/** Why a try has no answer. */
export interface Fault {
  readonly why: string;
  /** The server's, where no other try would change it. */
  readonly status?: number;
  /** No other try would help. */
  readonly isFinal?: boolean;
  readonly isRateLimit?: boolean;
  /** Nothing can have happened at the other end. */
  readonly isWithoutEffect?: boolean;
}
/** Reads an error of the client library: an answer with a status, or what became of the connection. */
export function faultOf(thrown: unknown, server: string): Fault {
  const { code, errors } = thrown as {
    readonly code?: unknown;
    readonly errors?: readonly { readonly message?: string; readonly reason?: string }[];
  };
  if (typeof code !== "number") return connectionFault(thrown, server);
  const [first] = errors ?? [];
  const said = reasonOf(first?.message ?? thrown);
  const isRateLimit =
    code === 429 || (code === 403 && /^(userR|r)ateLimitExceeded$/.test(first?.reason ?? ""));
  if (isRateLimit || code === 408 || code >= 500 || (code === 400 && /crc32c|md5/i.test(said))) {
    return { why: `the server answered ${code} (${said})`, isRateLimit, isWithoutEffect: isRateLimit };
  }
  return { why: said, status: code };
}

/** Codes of Node for what never became a connection. */
const unconnected = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];

export function connectionFault(thrown: unknown, server: string): Fault {
  const code = codeOf(thrown);
  // The client library puts the whole URL before what happened.
  const reason = reasonOf(thrown, 3000).replace(/^request to .* failed, reason: /, "");
  const what = code === "" || reason.includes(code) ? reason : `${code} ${reason}`;
  return { why: `no answer from ${server}: ${what}`, isWithoutEffect: unconnected.includes(code) };
}

export function credentialsFault(thrown: unknown): Fault {
  const status = thrown instanceof Error && "status" in thrown ? Number(thrown.status) : 0;
  const isPassing = status >= 500 || status === 429 || /^E[A-Z_]+$/.test(codeOf(thrown));
  const remedy = `run "gcloud auth application-default login", or let GOOGLE_APPLICATION_CREDENTIALS name a file of them`;
  const why = `no Google Cloud credentials (${reasonOf(thrown)}); ${remedy}`;
  return { why, isFinal: !isPassing, isWithoutEffect: true };
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** 404 is that of a bucket. */
export function failureOf(
  { operation, uri }: Place,
  bucket: string,
  { why, status }: Fault,
  attempts: number,
): StorageError {
  if (status === 404) {
    const missing = "this bucket does not exist; create it, or give another --store";
    return new StorageError(operation, `gs://${bucket}`, missing);
  }
  const remedies: Readonly<Record<number, string>> = {
    401: `the server does not accept the credentials (${why}); run "gcloud auth application-default login"`,
    403: `permission denied (${why}); grant the role roles/storage.objectUser on gs://${bucket} to the account that runs this`,
  };
  if (status !== undefined) {
    return new StorageError(operation, uri, remedies[status] ?? `the server answered ${status} (${why})`);
  }
  const isTriedAgain = attempts > 1;
  return new StorageError(
    operation,
    uri,
    isTriedAgain ? `${why}, after ${attempts} tries; nothing is lost, try again later` : why,
  );
}
