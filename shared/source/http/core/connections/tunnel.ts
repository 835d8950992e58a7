import { type ClientRequest, type ClientRequestArgs, request as requestPlain, STATUS_CODES } from "node:http";
import { Agent, type AgentOptions, request as requestSecured } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Failure } from "../failure.ts";
import { connectionFault, shownUrl } from "../words.ts";
import { hostOf } from "./addresses.ts";
import type { ProxyServer } from "./proxies.ts";

type Made = (error: Error | null, stream: Duplex) => void;

/** An agent whose connections go through a proxy that is asked for them (CONNECT), encrypted to the host itself. */
export class TunnelAgent extends Agent {
  readonly #proxy: ProxyServer;
  readonly #connectMs: number;
  readonly #asking = new Set<ClientRequest>();

  constructor(proxy: ProxyServer, connectMs: number, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#connectMs = connectMs;
  }

  override createConnection(options: ClientRequestArgs, made: Made): undefined {
    const { url, headers } = this.#proxy;
    const host = options.host ?? "";
    const target = `${host.includes(":") ? `[${host}]` : host}:${options.port}`;
    const isSecure = url.protocol === "https:";
    const asking = (isSecure ? requestSecured : requestPlain)({
      ...(isSecure && this.options),
      agent: false,
      host: hostOf(url),
      port: portOf(url),
      method: "CONNECT",
      path: target,
      headers: { host: target, ...headers },
    });
    this.#asking.add(asking);
    const fail = (why: string, isRefused = false) => {
      asking.destroy();
      const failure = `the proxy ${shownUrl(url)} ${why}`;
      const fault = isRefused ? "refused" : "unreachable";
      // What is no connection is none of its type.
      made(new Failure(failure, { fault, isFinal: isRefused }), undefined as unknown as Duplex);
    };
    const late = setTimeout(() => fail(`gave no connection within ${this.#connectMs} ms`), this.#connectMs);
    asking
      .once("connect", ({ statusCode = 0 }, socket: Socket) => {
        clearTimeout(late);
        if (statusCode >= 200 && statusCode < 300)
          made(null, super.createConnection({ ...options, socket } as ClientRequestArgs) as Duplex);
        else
          fail(
            `answered ${statusCode} ${STATUS_CODES[statusCode] ?? ""} to CONNECT ${target}`,
            statusCode === 407,
          );
      })
      .once("response", ({ statusCode = 0 }) => fail(`answered ${statusCode} to CONNECT ${target}`))
      .on("error", (thrown) => fail(`cannot be asked: ${connectionFault(thrown).why}`))
      .once("close", () => {
        clearTimeout(late);
        this.#asking.delete(asking);
      })
      .end();
    return undefined;
  }

  override destroy(): void {
    for (const asking of this.#asking) asking.destroy();
    super.destroy();
  }
}

export function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}
