import { UsageError } from "../errors.ts";
import { redactUrl } from "./ftp/url.ts";
import type { Source } from "./source.ts";

export interface SourceOptions {
  /** The base URL. */
  readonly url: string;
  readonly connectionsMax: number;
  /** Uniform in [0, 1): spreads the tries of many callers. */
  readonly random: () => number;
}

type Open = (options: SourceOptions) => Promise<Source>;

const ftp: Open = async (options) => (await import("./ftp/ftpSource.ts")).createFtpSource(options);
const adapters: ReadonlyMap<string, Open> = new Map([
  ["ftp", ftp],
  ["ftps", ftp],
]);

/**
 * The source at a URL, whose adapter is loaded when it is wanted. Nothing is connected before it is needed. Throws a `UsageError` for
 * options that cannot be used.
 */
export async function openSource(options: SourceOptions): Promise<Source> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(options.url)?.[1]?.toLowerCase() ?? "";
  const open = adapters.get(scheme);
  if (open) return open(options);
  const known = [...adapters.keys()].map((name) => `${name}://`).join(" or ");
  throw new UsageError([`source "${redactUrl(options.url)}": must begin with ${known}`]);
}
