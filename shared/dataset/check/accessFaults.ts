import { type Scheme, schemeOf } from "../baseUrl.ts";
import type { AuthSpec, BaseUrlSpec, Listing } from "../descriptor.ts";

const web: readonly Scheme[] = ["https", "http"];
/** Where each way of finding granules is one. */
const listedAt: Readonly<Record<Listing, readonly Scheme[]>> = {
  index: web,
  thredds: web,
  none: [...web, "s3", "gs"],
};
const askedAt: Readonly<Record<AuthSpec["kind"], readonly Scheme[]>> = {
  basic: [...web, "ftp", "ftps"],
  bearer: web,
  netrc: web,
  aws: ["s3"],
  google: ["gs"],
};
/** As a part of an environment variable's name. */
const secretForm = /^[a-z][a-z0-9-]*$/;

/** A way of finding granules that there is not at such a URL. */
export function listingFaults(at: string, { url, listing }: BaseUrlSpec): string[] {
  const scheme = schemeOf(url);
  if (listing === undefined || !scheme || listedAt[listing].includes(scheme)) return [];
  return [`${at}.listing "${listing}" is none of ${scheme}://: it is for ${shown(listedAt[listing])}`];
}

/** A way of saying who asks that there is not at such a URL, or that names no secret. */
export function authFaults(at: string, { url, auth }: BaseUrlSpec): string[] {
  if (!auth) return [];
  const { kind, secret } = auth;
  const scheme = schemeOf(url);
  const faults: string[] = [];
  if (scheme && !askedAt[kind].includes(scheme))
    faults.push(`${at}.auth.kind "${kind}" is none of ${scheme}://: it is for ${shown(askedAt[kind])}`);
  if (kind === "google" && secret !== undefined)
    faults.push(`${at}.auth.secret is not for "google", which is whoever the process is`);
  if (kind !== "google" && kind !== "netrc" && secret === undefined)
    faults.push(
      `${at}.auth.secret is missing: the name of the secret, whose value is in ACCRETE_SECRET_NAME`,
    );
  if (secret !== undefined && !secretForm.test(secret))
    faults.push(
      `${at}.auth.secret is not a name of lower-case letters, digits and hyphens, with a letter first: the value goes into ACCRETE_SECRET_NAME`,
    );
  return faults;
}

function shown(known: readonly Scheme[]): string {
  return known.map((scheme) => `${scheme}://`).join(", ");
}
