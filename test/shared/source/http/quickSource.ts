import { createHttpSource } from "../../../../shared/source/http/httpSource.ts";
import type { HttpSourceOptions } from "../../../../shared/source/http/sourceLimits.ts";
import type { Source } from "../../../../shared/source/source.ts";

/** A source with waits too short to notice, unless given. */
export function quickSource({
  http,
  ...options
}: Partial<HttpSourceOptions> & { readonly url: string }): Source {
  return createHttpSource({
    connectionsMax: 4,
    random: () => 0.5,
    now: () => 0,
    http: { backoffFirstMs: 1, backoffLongestMs: 2, ...http },
    ...options,
  });
}
