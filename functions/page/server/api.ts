import { reasonOf } from "../../../shared/errors.ts";
import type { Clock } from "./clock.ts";

/** An answer of the server, or why there is none, in a sentence for people. */
export type Answer =
  | { readonly outcome: "found"; readonly body: unknown }
  | { readonly outcome: "absent"; readonly fault: string }
  | { readonly outcome: "failed"; readonly fault: string };

export type Ask = (path: string, signal: AbortSignal) => Promise<Answer>;

/** Longer than any answer takes that will still come. */
const answerMs = 20_000;

/** Asks for JSON at paths below `base`. Throws nothing but `signal`'s reason. */
export function createAsk(base: string, clock: Clock): Ask {
  return async (path, signal) => {
    try {
      const response = await fetch(new URL(path, base), {
        // The page itself has the same address as its listing: that must never come out of a cache.
        cache: path === "./" ? "no-store" : "no-cache",
        headers: { accept: "application/json" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      });
      clock.heard(response.headers);
      const answer = await answerOf(response);
      signal.throwIfAborted(); // who ended it hears of nothing that came meanwhile
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: "failed", fault: `The server does not answer (${silenceText(error, answerMs)}).` };
    }
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = parsed(text);
  if (response.ok) {
    if (body !== undefined) return { outcome: "found", body };
    return {
      outcome: "failed",
      fault: `The server answered with ${text.length} characters that are not JSON.`,
    };
  }
  const told = faultsOf(body).join("; ") || "it does not say why";
  if (response.status === 404) return { outcome: "absent", fault: told };
  const fault =
    response.status === 503
      ? `The store cannot be had: ${told}`
      : `The server answered ${response.status}: ${told}`;
  return { outcome: "failed", fault };
}

/** The `faults` of an answer's body; empty if it has none. */
export function faultsOf(body: unknown): readonly string[] {
  const faults = (body as { readonly faults?: unknown } | null | undefined)?.faults;
  return Array.isArray(faults) ? faults.map(String) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Why nothing was answered within `limitMs` milliseconds. */
export function silenceText(error: unknown, limitMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `nothing came in ${limitMs / 1000} s`;
  return reasonOf(error);
}
