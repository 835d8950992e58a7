import { segmentsOf } from "./paths.ts";
import { strikerOf } from "./secrets/secret.ts";

/** Where the file or the directory is that a URL leads to. All URLs of sources are written alike. */
export interface Place {
  /** Of its path, decoded: on its server, in its bucket, on this machine. */
  readonly segments: readonly string[];
  /** Whether the URL says that it is a directory: by a slash at its end, or because there is no path. */
  readonly isDirectory: boolean;
  /** As it may be shown: without user, password, and what stands behind a `?`. */
  readonly shown: string;
  /** The URL of the directory that the first so many segments lead to, to ask as whom the whole one asks. */
  urlOf(segments: number): string;
  /** The same without user and password, as a descriptor has it. */
  bareUrlOf(segments: number): string;
}

const ftpPort = /(?<=^ftps?:\/\/.*):21$/i;

/** Where a URL leads to at which a source can be opened. */
export function placeAt(url: string): Place {
  const [, scheme = "", authority = "", path = "", query = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)([^?#]*)(.*)$/is.exec(url) ?? [];
  const at = authority.lastIndexOf("@");
  const server = `${scheme}${authority.slice(at + 1)}`;
  const strike = strikerOf(passwordIn(authority.slice(0, Math.max(0, at))));
  const segments = segmentsOf(path);
  const pathOf = (count: number) =>
    segments
      .slice(0, count)
      .map((segment) => `/${segment}`)
      .join("");
  return {
    segments: segments.map(decodeURIComponent),
    isDirectory: segments.length === 0 || path.endsWith("/"),
    shown: server + strike(pathOf(segments.length)),
    urlOf: (count) => `${scheme}${authority}${pathOf(count)}${query}`,
    bareUrlOf: (count) => `${server.replace(ftpPort, "")}${pathOf(count)}${query}`,
  };
}

function passwordIn(userAndPassword: string): string {
  const colon = userAndPassword.indexOf(":");
  return colon < 0 ? "" : decodeURIComponent(userAndPassword.slice(colon + 1));
}
