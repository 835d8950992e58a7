import { reasonOf } from "../../../shared/errors.ts";
import type { Clock } from "./clock.ts";

/** An answer of the server, or why there is none, in a sentence for people. */
export type Answer =
  | { readonly outcome: "found"; readonly body: unknown }
  | { readonly outcome: "absent"; readonly fault: string }
  | { readonly outcome: "failed"; readonly fault: string };

export interface Api {
  /** The JSON at a path below the page's address. Throws nothing but `signal`'s reason. */
  getJson(path: string, signal: AbortSignal): Promise<Answer>;
}

/** Longer than any answer takes that will still come. */
const timeoutMs = 20_000;

/** Requests to paths below `base`, whose answers also set `clock`. */
export function createApi(base: string, clock: Clock): Api {
  return {
    async getJson(path, signal) {
      try {
        const response = await fetch(new URL(path, base), {
          // The list of datasets has the same address as the page itself: it must never come from a cache.
          cache: path === "./" ? "no-store" : "no-cache",
          headers: { accept: "application/json" },
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        clock.sync(response.headers);
        const answer = await answerOf(response);
        signal.throwIfAborted(); // what came meanwhile is of no use to a caller who has aborted
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        return {
          outcome: "failed",
          fault: `The server does not answer (${noAnswerReason(error, timeoutMs)}).`,
        };
      }
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = parseJson(text);
  if (response.ok) {
    if (body !== undefined) return { outcome: "found", body };
    return {
      outcome: "failed",
      fault: `The server answered with ${text.length} characters that are not JSON.`,
    };
  }
  const reasons = faultsOf(body).join("; ") || "it does not say why";
  if (response.status === 404) return { outcome: "absent", fault: reasons };
  const fault =
    response.status === 503
      ? `The store cannot be read: ${reasons}`
      : `The server answered ${response.status}: ${reasons}`;
  return { outcome: "failed", fault };
}

/** The `faults` of an answer's body; empty if it has none. */
export function faultsOf(body: unknown): readonly string[] {
  const faults = (body as { readonly faults?: unknown } | null | undefined)?.faults;
  return Array.isArray(faults) ? faults.map(String) : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Why no answer came within `limitMs` milliseconds. */
export function noAnswerReason(error: unknown, limitMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `nothing came in ${limitMs / 1000} s`;
  return reasonOf(error);
}
