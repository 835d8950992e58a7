import assert from "node:assert/strict";
import { isIP, type LookupFunction } from "node:net";
import type { TestContext } from "node:test";
import type { SourceError } from "../../../../shared/errors.ts";
import type {
  HttpAnswer,
  HttpCalls,
  HttpCallsOptions,
  HttpRequest,
} from "../../../../shared/source/http/core/calls.ts";
import { createHttpCalls } from "../../../../shared/source/http/core/httpCalls.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "../../../support/httpServer.ts";

export const now = Date.UTC(2026, 11, 1, 12);

export interface Started {
  readonly server: HttpServer;
  readonly calls: HttpCalls;
  /** GET of a path of the server, or of a URL; 200 is the answer unless others are named. */
  get(path: string, request?: Partial<HttpRequest>, signal?: AbortSignal): Promise<HttpAnswer>;
  bytes(path: string, request?: Partial<HttpRequest>, signal?: AbortSignal): Promise<Uint8Array>;
}

/** A server that ends with the test. */
export async function served(t: TestContext, options: HttpServerOptions = {}): Promise<HttpServer> {
  const server = await startHttpServer(options);
  t.after(() => server.close());
  return server;
}

/** A server and calls to it, with waits too short to notice, which both end with the test. */
export async function started(
  t: TestContext,
  serverOptions: HttpServerOptions = {},
  chosen: Partial<HttpCallsOptions> | ((server: HttpServer) => Partial<HttpCallsOptions>) = {},
): Promise<Started> {
  const server = await served(t, serverOptions);
  const options = typeof chosen === "function" ? chosen(server) : chosen;
  const calls = createHttpCalls({
    base: new URL(server.url),
    connectionsMax: 4,
    random: () => 0.5,
    now: () => now,
    ...options,
    limits: { backoffFirstMs: 1, backoffLongestMs: 2, ...options.limits },
  });
  t.after(() => calls.close());
  const get: Started["get"] = (path, request, signal = neverAborted) =>
    calls.call(
      { method: "GET", url: new URL(path, server.url), answers: [200], fault: "transfer", ...request },
      signal,
    );
  return {
    server,
    calls,
    get,
    bytes: async (path, request, signal) => (await get(path, request, signal)).bytes(1_000_000),
  };
}

/** Looks up every name as 127.0.0.1, but for those that are given. */
export function lookupWith(others: Readonly<Record<string, string>> = {}): LookupFunction {
  return (host, { all }, done) => {
    const address = others[host] ?? "127.0.0.1";
    const family = isIP(address);
    if (all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

/** What a call says that fails with a `SourceError`. */
export async function failure(call: Promise<unknown>): Promise<SourceError> {
  let failed: unknown;
  await call.catch((thrown: unknown) => {
    failed = thrown;
  });
  assert.ok(failed instanceof Error && "fault" in failed, `it did not fail: ${failed}`);
  return failed as SourceError;
}
