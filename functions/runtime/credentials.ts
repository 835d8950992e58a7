import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AuthSpec } from "../../shared/dataset/descriptor.ts";
import { UsageError } from "../../shared/errors.ts";
import type { Credentials } from "../../shared/source/secrets/auth.ts";
import { secretVariable } from "./settings/secrets.ts";

/**
 * As whom to ask a base URL. Throws a `UsageError` where the secret that a descriptor names is not set, or is not of the form that
 * its kind has; it never shows a value.
 */
export async function credentialsOf(
  { kind, secret }: AuthSpec,
  secrets: ReadonlyMap<string, string>,
): Promise<Credentials> {
  if (kind === "google") return { kind };
  if (kind === "netrc" && secret === undefined) return { kind, text: await homeNetrc() };
  const name = secret ?? "";
  // An end of line is of the file that it was read from.
  const value = secrets.get(name)?.replace(/\r?\n$/, "");
  const refuse = (what: string) => new UsageError([`the secret "${name}" ${what}`]);
  if (!value) throw refuse(`is not set: put ${forms[kind]} into ${secretVariable(name)}`);
  switch (kind) {
    case "bearer":
      if (/\s/.test(value)) throw refuse("has a blank, which no token has");
      return { kind, token: value };
    case "netrc":
      return { kind, text: value };
    case "basic": {
      const colon = value.indexOf(":");
      if (colon < 1) throw refuse(`is not ${forms.basic}`);
      return { kind, user: value.slice(0, colon), password: value.slice(colon + 1) };
    }
    case "aws": {
      const [accessKeyId, secretAccessKey, ...rest] = value.split(":");
      if (!accessKeyId || !secretAccessKey) throw refuse(`is not ${forms.aws}`);
      const sessionToken = rest.join(":");
      return { kind, accessKeyId, secretAccessKey, ...(sessionToken !== "" && { sessionToken }) };
    }
  }
}

/**
 * Whether what is secret at one base URL may be sent to another: of the same scheme, so that nobody between hears it, at the same host
 * and port; of a bucket, the same one at the same endpoint. What cannot be told to be the same is not.
 */
export function isOfOneServer(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  const endpointOf = ({ searchParams }: URL) => searchParams.get("endpoint") ?? "";
  return a.protocol === b.protocol && a.host === b.host && endpointOf(a) === endpointOf(b);
}

const forms = {
  basic: "USER:PASSWORD",
  bearer: "a token",
  netrc: "the text of a .netrc",
  aws: "ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it where there is one",
} as const;

async function homeNetrc(): Promise<string> {
  const file = process.env.NETRC ?? join(homedir(), ".netrc");
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new UsageError([`${file}, which has the password for a base URL, cannot be read`]);
  }
}
