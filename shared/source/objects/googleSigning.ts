import { reasonOf } from "../../errors.ts";
import { Failure } from "../http/core/failure.ts";
import type { Vendor } from "./vendor.ts";

const scope = "https://www.googleapis.com/auth/devstorage.read_only";
const remedy =
  'run "gcloud auth application-default login", or let GOOGLE_APPLICATION_CREDENTIALS name a file of them';

/** Sends a token of the process's own credentials along. What looks for them, slow to load, is loaded at the first request. */
export function createGoogleSigner(): NonNullable<Vendor["sign"]> {
  let loading: Promise<InstanceType<typeof import("google-auth-library").GoogleAuth>> | undefined;
  return async (_method, url, headers) => {
    try {
      loading ??= import("google-auth-library").then(({ GoogleAuth }) => new GoogleAuth({ scopes: scope }));
      const auth = await loading;
      return { ...headers, ...Object.fromEntries(await auth.getRequestHeaders(url)) };
    } catch (thrown) {
      loading = undefined; // or it would fail for ever
      throw credentialsFailure(thrown);
    }
  };
}

function credentialsFailure(thrown: unknown): Failure {
  const { status, code } = thrown as { readonly status?: unknown; readonly code?: unknown };
  const isPassing = Number(status) >= 500 || status === 429 || /^E[A-Z_]+$/.test(String(code));
  const why = `no Google Cloud credentials (${reasonOf(thrown)}): ${remedy}`;
  return new Failure(why, { fault: "refused", isFinal: !isPassing });
}
