import { UsageError } from "../errors.ts";
import { parseDirectoryUrl } from "./directory/url.ts";
import { parseFtpUrl } from "./ftp/url.ts";
import { parseHttpUrl } from "./http/url.ts";
import { parseGcsUrl } from "./objects/gcs/gcsUrl.ts";
import { parseS3Url } from "./objects/s3/s3Url.ts";
import { redactUrl } from "./secrets/redactUrl.ts";
import type { Source } from "./source.ts";
import type { SourceOptions } from "./sourceOptions.ts";

interface Adapter {
  /** Throws a `UsageError` with every fault of the URL; none shows its password. */
  check(url: string): unknown;
  open(options: SourceOptions): Promise<Source>;
}

// An adapter is loaded where it is wanted: its client takes longer to load than most commands to run.
const ftp: Adapter = {
  check: parseFtpUrl,
  open: async (options) => (await import("./ftp/ftpSource.ts")).createFtpSource(options),
};
const http: Adapter = {
  check: parseHttpUrl,
  open: async (options) => (await import("./http/httpSource.ts")).createHttpSource(options),
};
const s3: Adapter = {
  check: parseS3Url,
  open: async (options) => (await import("./objects/s3/s3Source.ts")).createS3Source(options),
};
const gs: Adapter = {
  check: parseGcsUrl,
  open: async (options) => (await import("./objects/gcs/gcsSource.ts")).createGcsSource(options),
};
const file: Adapter = {
  check: parseDirectoryUrl,
  open: async (options) => (await import("./directory/directorySource.ts")).createDirectorySource(options),
};

/** By the URL's scheme. */
const adapters: Readonly<Record<string, Adapter>> = { ftp, ftps: ftp, https: http, http, s3, gs, file };

/**
 * The source at one or several base URLs, the first of which has no name. Nothing is connected before it is needed. Throws a `UsageError`
 * for options that cannot be used.
 */
export async function openSource(
  bases: readonly (SourceOptions & { readonly name: string })[],
): Promise<Source> {
  const opened = await Promise.all(
    bases.map(async ({ name, ...options }) => ({ name, source: await adapterOf(options.url).open(options) })),
  );
  const [first] = opened;
  if (opened.length === 1 && first) return first.source;
  return (await import("./bases.ts")).createBases(opened);
}

/** Throws a `UsageError` with every fault of a base URL; none shows its password. */
export function checkSourceUrl(url: string): void {
  adapterOf(url).check(url);
}

function adapterOf(url: string): Adapter {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? "";
  const adapter = Object.hasOwn(adapters, scheme) ? adapters[scheme] : undefined;
  if (adapter) return adapter;
  const known = Object.keys(adapters).map((name) => `${name}://`);
  throw new UsageError([`source "${redactUrl(url)}": must begin with ${known.join(" or ")}`]);
}
