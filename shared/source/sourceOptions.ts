import type { Listing } from "../dataset/descriptor.ts";
import type { ProxyOptions } from "./http/core/connections/proxies.ts";
import type { Credentials } from "./secrets/auth.ts";

/** What every adapter is made of. */
export interface SourceOptions {
  /** The base URL. */
  readonly url: string;
  readonly connectionsMax: number;
  /** How granules are found where the URL's scheme leaves that open. */
  readonly listing?: Listing;
  readonly credentials?: Credentials;
  /** Through what HTTP servers are asked. */
  readonly proxies?: ProxyOptions;
  /** Uniform in [0, 1): spreads the tries of many callers. */
  readonly random: () => number;
  /** The wall clock. */
  readonly now: () => number;
}
