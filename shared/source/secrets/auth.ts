import { parseNetrc } from "../http/core/netrc.ts";
import { strikerOf } from "./secret.ts";

/** As whom to ask: what a descriptor's `auth` names, with its secret's value. */
export type Credentials =
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  /** The text of a `.netrc`: for each host that it names, a user and a password, wherever a redirect leads. */
  | { readonly kind: "netrc"; readonly text: string }
  | {
      readonly kind: "aws";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  /** The process's own at Google. */
  | { readonly kind: "google" };

/** What strikes all that is secret about credentials out of a text, also where they were encoded for a header. */
export function credentialsStriker(credentials: Credentials | undefined): (text: string) => string {
  const strikers = secretsIn(credentials).map(strikerOf);
  return (text) => strikers.reduce((told, strike) => strike(told), text);
}

function secretsIn(credentials: Credentials | undefined): readonly string[] {
  switch (credentials?.kind) {
    case "basic":
      return [credentials.password, basicToken(credentials)];
    case "bearer":
      return [credentials.token];
    case "netrc":
      return parseNetrc(credentials.text).flatMap((entry) => [entry.password, basicToken(entry)]);
    case "aws":
      return [credentials.secretAccessKey, credentials.sessionToken ?? ""];
    default:
      return [];
  }
}

/** What stands behind `Basic` in a request (RFC 7617, in UTF-8). */
export function basicToken({ user, password }: { readonly user: string; readonly password: string }): string {
  return Buffer.from(`${user}:${password}`).toString("base64");
}
