import { faultsOf, noAnswerReason } from "../server/api.ts";

/** Longer than any chunk takes that will still come whole. */
const timeoutMs = 60_000;

/**
 * The bytes of an object at `url`; `undefined` if it is absent. Throws an Error with a sentence for people if it cannot be
 * read, also when it has not come whole within 60 s, and what `fetch` throws if `signal` aborts.
 */
export async function readObject(url: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  const name = nameOf(url);
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Refusal(`${name} cannot be read: ${await refusalOf(response)}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (signal?.aborted || cause instanceof Refusal) throw cause;
    throw new Error(
      `${name} cannot be read: the server does not answer (${noAnswerReason(cause, timeoutMs)})`,
      {
        cause,
      },
    );
  }
}

class Refusal extends Error {}

/** What the server says is wrong: its faults if it names them, else its status. */
async function refusalOf(response: Response): Promise<string> {
  const status = `the server answers ${response.status} ${response.statusText}`.trimEnd();
  const faults = faultsOf(await response.json().catch(() => undefined));
  return faults.join("; ") || status;
}

/** The part of a URL that says which object it is: from the dataset's group on. */
function nameOf(url: string): string {
  return /[^/]+\.zarr\/.*$/.exec(url)?.[0] ?? url;
}
