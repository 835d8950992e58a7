import { schemeOf } from "../../shared/dataset/baseUrl.ts";
import type { BaseUrl } from "../../shared/dataset/candidates.ts";
import type { Descriptor } from "../../shared/dataset/dataset.ts";
import { parseFtpUrl } from "../../shared/source/ftp/url.ts";
import { parseGcsUrl } from "../../shared/source/objects/gcs/gcsUrl.ts";
import { parseS3Url } from "../../shared/source/objects/s3/s3Url.ts";

/** What bounds a deployment of one dataset, and what it has to reach, from its descriptor. */
export interface DatasetFacts {
  /** Connections that its provider grants to everybody together. */
  readonly connectionsMax: number;
  /** Batches that may be worked on at once. */
  readonly batchesMax: number;
  /** Names of the secrets of its base URLs, sorted. */
  readonly secrets: readonly string[];
  /** Those of them that the further ones need: also where another URL stands in the place of the first. */
  readonly furtherSecrets: readonly string[];
  /** Where its base URLs are, as `HOST:PORT`, sorted; none for a directory. A redirect may lead to others. */
  readonly hosts: readonly string[];
  /** Those of the further ones. */
  readonly furtherHosts: readonly string[];
}

/** The facts of each dataset by its id, for terraform: it knows no descriptor, and must not contradict one. */
export function datasetFacts(datasets: readonly Descriptor[]): Readonly<Record<string, DatasetFacts>> {
  const sorted = datasets.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return Object.fromEntries(
    sorted.map(({ id, source: { connectionsMax, bases }, updates: { batchesMax } }) => [
      id,
      {
        connectionsMax,
        batchesMax,
        secrets: secretsOf(bases),
        furtherSecrets: secretsOf(bases.slice(1)),
        hosts: hostsOf(bases),
        furtherHosts: hostsOf(bases.slice(1)),
      },
    ]),
  );
}

function secretsOf(bases: readonly BaseUrl[]): readonly string[] {
  return distinct(bases.flatMap(({ auth }) => auth?.secret ?? []));
}

function hostsOf(bases: readonly BaseUrl[]): readonly string[] {
  return distinct(bases.flatMap(({ url }) => hostOf(url) ?? []));
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function hostOf(url: string): string | undefined {
  switch (schemeOf(url)) {
    case "ftp":
    case "ftps": {
      const { host, port } = parseFtpUrl(url);
      return `${host}:${port}`;
    }
    case "s3":
      return hostAndPort(parseS3Url(url).base);
    case "gs":
      return hostAndPort(parseGcsUrl(url).endpoint);
    case "https":
    case "http":
      return hostAndPort(new URL(url));
    default:
      return undefined;
  }
}

function hostAndPort({ protocol, hostname, port }: URL): string {
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
