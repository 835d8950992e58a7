import type { ProxyOptions } from "../../../shared/source/http/core/connections/proxies.ts";

/**
 * Through what to ask HTTP servers, by the variables that most programs know. In capitals they count where the others are not set, as
 * curl has it, and an empty one stands for no proxy; `HTTP_PROXY` too, since this is never run by a web server with a request's headers for its environment.
 */
export function proxiesIn(environment: NodeJS.ProcessEnv): ProxyOptions {
  const read = (...names: readonly string[]) =>
    names
      .flatMap((name) => [environment[name], environment[name.toUpperCase()]])
      .find((value) => value !== undefined);
  const [http, https, no] = [
    read("http_proxy", "all_proxy"),
    read("https_proxy", "all_proxy"),
    read("no_proxy"),
  ];
  return { ...(http && { http }), ...(https && { https }), ...(no && { no }) };
}
