import { reasonOf } from "./errors.ts";
import { unlessAborted } from "./waiting.ts";

/** Codes of gRPC, https://github.com/grpc/grpc/blob/master/doc/statuscodes.md. */
export const code = {
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export const codeOf = (thrown: unknown) => (thrown as { code?: unknown } | undefined)?.code;

/**
 * What bounds one call of a Google client, with all its own tries, by `callMs`. The client is given a little less, so
 * that it is the first to give up and can say what was wrong. Its pauses between tries would grow to a minute.
 */
export function callOptions(callMs: number) {
  const timeout = 0.9 * callMs;
  const backoffSettings = {
    initialRetryDelayMillis: 100,
    retryDelayMultiplier: 1.5,
    maxRetryDelayMillis: Math.min(1000, callMs / 20),
    initialRpcTimeoutMillis: timeout,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: timeout,
    totalTimeoutMillis: timeout,
  };
  return { timeout, retry: { backoffSettings } };
}

/** No answer came in the time that was left for it. What was asked may have happened all the same. */
class NoAnswer extends Error {}

/**
 * Waits for an answer, but no longer than `callMs`: also where a client looks for credentials before it calls. Rejects with
 * the signal's reason as soon as that is aborted; the client gives up by itself, soon after.
 */
export async function within<Answer>(
  callMs: number,
  signal: AbortSignal,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${callMs} ms`)), callMs);
  });
  try {
    return await unlessAborted(signal, () => Promise.race([ask(), late]));
  } finally {
    clearTimeout(timer);
  }
}

/** What an emulator's client takes for credentials. Without it, it would look for some all the same, on the network too. */
export const noCredentials = { getUniverseDomain: async () => "googleapis.com" };

/** What a call met, in one line, and what to do about it. */
export interface Remedies {
  readonly host: string;
  /** The role that is needed. */
  readonly role: string;
  readonly notFound: string;
}

/** The reason of a failed call with its remedy, for the message of a `StorageError`. */
export function explain(cause: unknown, remedies: Remedies): string {
  // What the client says at length after its last try is cut to what that try met.
  const reason = reasonOf(cause).replace(/ +before any response was received.*$/, "");
  const remedy = remedyOf(cause, reason, remedies);
  return remedy === undefined ? reason : `${reason}; ${remedy}`;
}

function remedyOf(cause: unknown, reason: string, { host, role, notFound }: Remedies): string | undefined {
  const found = codeOf(cause);
  if (found === code.permissionDenied) return `grant ${role} to the account that this runs as`;
  if (found === code.notFound) return notFound;
  if (found === code.unauthenticated || /default credentials/.test(reason)) {
    return "set GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login";
  }
  if (found === code.unavailable || found === code.deadlineExceeded || cause instanceof NoAnswer) {
    return `see that ${host} can be reached, and try again`;
  }
  return undefined;
}
