import { reasonOf } from "../../../errors.ts";
import { unlessAborted } from "../../../waiting.ts";
import { Failure } from "../../http/core/failure.ts";
import { strikerOf } from "../../secrets/secret.ts";
import type { Vendor } from "../vendor.ts";

const scope = "https://www.googleapis.com/auth/devstorage.read_only";
const remedy =
  'run "gcloud auth application-default login", or let GOOGLE_APPLICATION_CREDENTIALS name a file of them';

export interface GoogleSigner {
  /** Sends a token along. Throws a `Failure` where none comes within `tokenMs`. */
  readonly sign: NonNullable<Vendor["sign"]>;
  /** Takes the last token out of a text. */
  readonly strike: (text: string) => string;
}

/** By the process's own credentials. What looks for them, slow to load, is loaded at the first request. */
export function createGoogleSigner(tokenMs: number): GoogleSigner {
  let loading: Promise<InstanceType<typeof import("google-auth-library").GoogleAuth>> | undefined;
  let [token, strikeToken] = ["", strikerOf("")];

  async function tokenHeaders(url: URL): Promise<Readonly<Record<string, string>>> {
    loading ??= import("google-auth-library").then(({ GoogleAuth }) => new GoogleAuth({ scopes: scope }));
    const auth = await loading;
    return Object.fromEntries(await auth.getRequestHeaders(url));
  }

  return {
    async sign(_method, url, headers) {
      const late = new AbortController();
      const reason = Object.assign(new Error(`none came within ${tokenMs} ms`), { code: "ETIMEDOUT" });
      const timer = setTimeout(() => late.abort(reason), tokenMs);
      try {
        const added = await unlessAborted(late.signal, () => tokenHeaders(url));
        const given = added.authorization?.replace(/^Bearer /, "") ?? "";
        if (given !== token) [token, strikeToken] = [given, strikerOf(given)];
        return { ...headers, ...added };
      } catch (thrown) {
        loading = undefined; // or it would fail for ever
        throw credentialsFailure(thrown);
      } finally {
        clearTimeout(timer);
      }
    },
    strike: (text) => strikeToken(text),
  };
}

function credentialsFailure(thrown: unknown): Failure {
  const { status, code } = thrown as { readonly status?: unknown; readonly code?: unknown };
  const isPassing = Number(status) >= 500 || status === 429 || /^E[A-Z_]+$/.test(String(code));
  const why = `no Google Cloud credentials (${reasonOf(thrown)}): ${remedy}`;
  return new Failure(why, { fault: "refused", isFinal: !isPassing });
}
