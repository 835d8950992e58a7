import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { pause, unlessAborted } from "../../waiting.ts";
import { connectionFault, credentialsFault, type Fault, failureOf, faultOf, type Place } from "./faults.ts";

export interface GcsLimits {
  /** Of one try, until its whole answer has come. */
  readonly callMs: number;
  /** The longest silence while an object's bytes are due; any other answer but that to an upload has to be whole in it. */
  readonly idleMs: number;
  /** To find out, after an abort, whether the put stands all the same. */
  readonly settleMs: number;
  /** Tries of one call, the first included. */
  readonly attemptsMax: number;
  /** The longest wait before the second try; it doubles with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffLongestMs: number;
  /** The shortest wait after a 429; it doubles with each further one. */
  readonly rateBackoffFirstMs: number;
  /** From the end of one write of an object to the next of the same. Cloud Storage takes about one a second. */
  readonly writeEveryMs: number;
  readonly writesRememberedMax: number;
  readonly objectBytesMax: number;
  readonly listedMax: number;
  readonly pagesMax: number;
}

export const gcsLimitsDefault: GcsLimits = {
  callMs: 120_000,
  idleMs: 30_000,
  settleMs: 5_000,
  attemptsMax: 6,
  backoffFirstMs: 500,
  backoffLongestMs: 30_000,
  rateBackoffFirstMs: 1_000,
  writeEveryMs: 1_000,
  writesRememberedMax: 10_000,
  objectBytesMax: 512 * 1024 * 1024,
  listedMax: 1_000_000,
  pagesMax: 10_000,
};

export interface CallerOptions<Client> {
  readonly limits: GcsLimits;
  /** For messages. */
  readonly server: string;
  readonly bucket: string;
  readonly random: () => number;
  readonly newId: () => string;
  /** A client whose requests bear `callId` in the header `callIdHeader`. Rejects where there are no credentials. */
  readonly open: (callId: string) => Promise<Client>;
}

/** One that the client library sets where nobody else does. */
export const callIdHeader = "x-goog-gcs-idempotency-token";

type Tried<Answer> = { readonly answer: Answer } | Fault;

/** Asks the server once. `heard` is to be called when a part of the answer comes. */
export type Ask<Client, Answer> = (client: Client, heard: () => void) => Promise<Tried<Answer>>;

/** How a call ended after all its tries. */
export type Outcome<Answer> =
  | { readonly answer: Answer }
  | {
      /** What to throw for it: a `StorageError`, or the signal's reason. */
      readonly failure: unknown;
      readonly fault: Fault;
      /** Whether it may have had its effect all the same. */
      readonly isEffectUnknown: boolean;
    };

/**
 * Calls with the one retry there is: for 408, 429, 5xx, lost connections, silence, and answers that cannot be used. Never
 * rejects. An abort ends the request at once.
 */
export function createCaller<Client>(options: CallerOptions<Client>) {
  const { limits, bucket, random, newId } = options;

  /** From half of it to all. */
  const spread = (longestMs: number) => longestMs * (0.5 + random() / 2);
  const waitMs = (attempt: number, isRateLimit = false) => {
    const firstMs = isRateLimit ? limits.rateBackoffFirstMs : limits.backoffFirstMs;
    const ms = Math.min(limits.backoffLongestMs, firstMs * 2 ** (attempt - 1));
    return isRateLimit ? ms + spread(firstMs) : spread(ms);
  };

  return async function call<Answer>(
    place: Place,
    ask: Ask<Client, Answer>,
    signal: AbortSignal,
    isUpload = false,
  ): Promise<Outcome<Answer>> {
    const id = newId();
    let isEffectUnknown = false;
    for (let attempt = 1; ; attempt++) {
      const tried = await tryOnce(ask, options, id, isUpload, signal);
      if ("answer" in tried) return tried;
      if (tried.status === undefined) isEffectUnknown ||= !tried.isWithoutEffect;
      const isOver = tried.status !== undefined || tried.isFinal || attempt >= limits.attemptsMax;
      if (!isOver) await pause(waitMs(attempt, tried.isRateLimit), signal).catch(() => undefined);
      if (signal.aborted) return { failure: signal.reason, fault: { why: "aborted" }, isEffectUnknown };
      if (isOver) return { failure: failureOf(place, bucket, tried, attempt), fault: tried, isEffectUnknown };
    }
  };
}

async function tryOnce<Client, Answer>(
  ask: Ask<Client, Answer>,
  { limits: { callMs, idleMs }, server, open }: CallerOptions<Client>,
  id: string,
  isUpload: boolean,
  signal: AbortSignal,
): Promise<Tried<Answer>> {
  const ended = new AbortController();
  const endAfter = (ms: number, what: string) =>
    setTimeout(() => ended.abort(new Error(`${what} within ${ms} ms`)), ms);
  const onAbort = () => ended.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const whole = endAfter(callMs, "no whole answer");
  const idle = isUpload ? undefined : endAfter(idleMs, "nothing came");
  let isSent = false;
  try {
    const client = await unlessAborted(ended.signal, () => open(id));
    const asking = () => {
      isSent = true;
      return ask(client, () => idle?.refresh());
    };
    return await unlessAborted(ended.signal, () => endable(ended.signal, id, asking));
  } catch (thrown) {
    if (!isSent && !ended.signal.aborted) return credentialsFault(thrown);
    return ended.signal.aborted ? connectionFault(ended.signal.reason, server) : faultOf(thrown, server);
  } finally {
    clearTimeout(whole);
    clearTimeout(idle);
    signal.removeEventListener("abort", onAbort);
    // Where the answer was not read to its end, its connection is closed.
    ended.abort();
  }
}

/**
 * Destroys the HTTP requests of the call `id` as soon as `ended` is aborted. The client library has no way to end one and no
 * limit of time, so they are caught where Node tells of each that is made. This goes on until the work has noticed, though
 * nobody waits for it any more: no request may go out late.
 */
async function endable<T>(ended: AbortSignal, id: string, work: () => Promise<T>): Promise<T> {
  const onRequest = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    if (request.getHeader(callIdHeader) !== id) return;
    const end = () => request.destroy(new Error("nobody waits for the answer any more"));
    if (ended.aborted) end();
    else ended.addEventListener("abort", end, { once: true });
  };
  subscribe("http.client.request.created", onRequest);
  try {
    return await work();
  } finally {
    unsubscribe("http.client.request.created", onRequest);
  }
}
