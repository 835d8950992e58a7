/** Stands behind a base URL where its server may name another host than its own for data, as PASV can. */
export const anyDataHost = "?data-host=any";

/** Whether a `?` or `#` follows that stands for nothing else. */
export function hasStrayQuery(url: string): boolean {
  return /[?#]/.test(url.endsWith(anyDataHost) ? url.slice(0, -anyDataHost.length) : url);
}
