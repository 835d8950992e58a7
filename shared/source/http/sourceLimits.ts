import type { SourceOptions } from "../sourceOptions.ts";
import type { TlsOptions } from "./core/connections/agents.ts";
import type { HttpLimits } from "./core/limits.ts";

export interface HttpSourceLimits {
  /** Of one directory's index or catalog. */
  readonly listingBytesMax: number;
  readonly listingFilesMax: number;
}

export const httpSourceLimitsDefault: HttpSourceLimits = {
  listingBytesMax: 32 * 1024 * 1024,
  listingFilesMax: 100_000,
};

export interface HttpSourceOptions extends SourceOptions {
  readonly limits?: Partial<HttpSourceLimits>;
  /** Of each request. */
  readonly http?: Partial<HttpLimits>;
  readonly tls?: TlsOptions;
}
