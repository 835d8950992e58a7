/** Stands behind an FTP base URL where its server may name another host than its own for data, as PASV can. */
export const anyDataHost = "?data-host=any";

/** Whether a `?` or `#` follows that stands for nothing else. */
export function hasStrayQuery(url: string): boolean {
  return /[?#]/.test(url.endsWith(anyDataHost) ? url.slice(0, -anyDataHost.length) : url);
}

/** What may stand behind the `?` of a base URL, by its scheme. */
const queryNames = {
  ftp: ["data-host"],
  ftps: ["data-host"],
  https: ["redirect-host"],
  http: ["redirect-host"],
  s3: ["region", "endpoint"],
  gs: ["endpoint"],
  file: ["min-age"],
} as const;

export type Scheme = keyof typeof queryNames;
export const schemes = Object.keys(queryNames) as readonly Scheme[];

/** The scheme of a base URL; `undefined` where it is none of those that there are. */
export function schemeOf(url: string): Scheme | undefined {
  const written = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  return schemes.find((scheme) => scheme === written);
}

/** What is wrong behind the path of a base URL of that scheme; empty if nothing is. */
export function queryFaults(scheme: Scheme, url: string): string[] {
  if (scheme === "ftp" || scheme === "ftps")
    return hasStrayQuery(url)
      ? [`has ? or #: write them as %3F and %23 (all that may follow a ? is ${anyDataHost})`]
      : [];
  const { hash, searchParams } = new URL(url);
  const known: readonly string[] = queryNames[scheme];
  const strange = [...searchParams.keys()].filter((name) => !known.includes(name));
  const may = known.map((name) => `${name}=`).join(" and ");
  return [
    ...(hash === "" ? [] : ["has #: write it as %23"]),
    ...strange.map((name) => `has "${name}" behind the ?, where only ${may} may stand`),
  ];
}
