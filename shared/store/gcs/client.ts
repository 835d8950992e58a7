import type { Bucket, Storage } from "@google-cloud/storage";
import { callIdHeader } from "./calls.ts";

/**
 * Gives the bucket for one call. The client library, slow to load, is loaded at the first. Credentials are asked for before
 * each call, because without any it would call all the same.
 */
export function createOpen(name: string, apiEndpoint: string, isAuthorized: boolean) {
  const options = { apiEndpoint, retryOptions: { autoRetry: false, maxRetries: 0 } };
  let loading: Promise<Storage> | undefined;
  return async (callId: string): Promise<Bucket> => {
    loading ??= import("@google-cloud/storage").then(({ Storage }) => new Storage(options));
    const storage = await loading;
    if (isAuthorized) {
      await storage.authClient.getRequestHeaders(apiEndpoint).catch((failed: unknown) => {
        loading = undefined; // or it would fail for ever
        throw failed;
      });
    }
    const bucket = storage.bucket(name);
    // On Node's own agent: the library's closes the connections of all calls where one download breaks.
    bucket.interceptors.push({
      request: (request) => {
        const headers = { ...request.headers, [callIdHeader]: callId };
        return Object.assign({ uri: "" }, request, { forever: false, headers });
      },
    });
    return bucket;
  };
}
