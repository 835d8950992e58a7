import type { HttpLimits } from "../http/core/limits.ts";
import type { SourceOptions } from "../sourceOptions.ts";

export interface ObjectLimits {
  /** Of one answer to a list. */
  readonly pageBytesMax: number;
  /** Of one directory. */
  readonly pagesMax: number;
  readonly listedMax: number;
  /** For who asks to be told, where that is asked for too. */
  readonly tokenMs: number;
}

export const objectLimitsDefault: ObjectLimits = {
  pageBytesMax: 16 * 1024 * 1024,
  pagesMax: 1_000,
  listedMax: 100_000,
  tokenMs: 60_000,
};

export interface ObjectOptions extends SourceOptions {
  readonly limits?: Partial<ObjectLimits>;
  /** Of each request. */
  readonly http?: Partial<HttpLimits>;
  readonly tls?: { readonly ca?: string | Buffer; readonly rejectUnauthorized?: boolean };
}
